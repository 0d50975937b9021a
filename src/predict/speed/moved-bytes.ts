import type { Geometry, Layer } from "../../facts/model/index.ts";
import type { CacheType } from "../../facts/runtime/index.ts";
import { rowBytes, tensorType } from "../../facts/weights/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { unpackFlops } from "./coefficients.ts";

/** Bytes of weights that one generated token reads, apart by how they are read. */
export interface MovedWeights {
  /** read whole for every token */
  readonly denseBytes: number;
  /** experts: the share that is routed to */
  readonly expertBytes: number;
  /** parameters multiplied for every prompt token, experts by the share that is used; the output matrix only sees the last token */
  readonly bodyParameters: number;
  /** shader FLOPs to unpack the weights of one token */
  readonly unpackFlops: number;
  /** share of the body that is quantised, 0 to 1 */
  readonly quantisedShare: number;
}

/**
 * Weights one decode step reads. The token embedding is only looked up, one row a token, unless it is also the output matrix
 * (tied); of the experts only `expertsUsed / experts` is read. Stored bytes are another quantity: see the memory room.
 */
export function movedWeights(
  geometry: Geometry,
  tensors: readonly Tensor[],
  layers?: (layer: number) => boolean,
): MovedWeights {
  let denseBytes = 0;
  let expertBytes = 0;
  let bodyParameters = 0;
  let quantised = 0;
  let unpack = 0;
  for (const tensor of tensors) {
    const layer = layerOf(tensor.name);
    if (layers && !layers(layer ?? geometry.layers.length)) continue;
    if (tensor.name === "token_embd.weight" && !geometry.tiedEmbeddings) continue;
    const parameters = tensor.shape.reduce((product, length) => product * length, 1);
    const share = tensor.name.includes("_exps.") ? expertShare(geometry.layers[layer ?? 0]) : 1;
    if (share < 1) expertBytes += tensor.bytes * share;
    else denseBytes += tensor.bytes;
    unpack += parameters * share * unpackFlops(tensor.type);
    if (layer === undefined) continue;
    bodyParameters += parameters * share;
    if (!/^B?F\d/.test(tensor.type)) quantised += parameters * share;
  }
  const quantisedShare = bodyParameters === 0 ? 0 : quantised / bodyParameters;
  return { denseBytes, expertBytes, bodyParameters, unpackFlops: unpack, quantisedShare };
}

/** KV-cache bytes read by one decode step with `depth` tokens in the cache; window layers read at most their window. */
export function cacheBytesRead(geometry: Geometry, depth: number, typeK: CacheType, typeV: CacheType): number {
  let bytes = 0;
  for (const { mixer } of geometry.layers) {
    if (mixer.kind === "mla") {
      bytes += depth * cacheRow(typeK, mixer.latentLength + mixer.ropeLength);
      continue;
    }
    const attention = mixer.kind === "parallel" ? mixer.attention : mixer;
    if (attention.kind !== "attention") continue;
    const seen = attention.window === undefined ? depth : Math.min(depth, attention.window);
    const key = cacheRow(typeK, attention.kvHeads * attention.keyLength);
    bytes += seen * (key + cacheRow(typeV, attention.kvHeads * attention.valueLength));
  }
  return bytes;
}

/** Width of attention summed over the layers that see the whole context: query heads x key length. */
export function attentionWidth(geometry: Geometry): number {
  let width = 0;
  for (const { mixer } of geometry.layers) {
    if (mixer.kind === "mla") width += mixer.heads * mixer.keyLength;
    const attention = mixer.kind === "parallel" ? mixer.attention : mixer;
    if (attention.kind === "attention" && attention.span === "full") width += attention.heads * attention.keyLength;
  }
  return width;
}

/** Layer of a block's tensor ("blk.7.attn_q.weight" -> 7); undefined for those outside the blocks. */
export function layerOf(tensorName: string): number | undefined {
  const match = /^blk\.(\d+)\./.exec(tensorName);
  return match ? Number(match[1]) : undefined;
}

function expertShare(layer: Layer | undefined): number {
  const feedForward = layer?.feedForward;
  return feedForward?.kind === "experts" ? feedForward.expertsUsed / feedForward.experts : 1;
}

export function cacheRow(type: CacheType, elements: number): number {
  return rowBytes(tensorType(type)!, elements);
}

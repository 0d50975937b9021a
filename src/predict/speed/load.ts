import { embedsTexts, type Geometry, type Layer } from "../../facts/model/index.ts";
import type { CacheType } from "../../facts/runtime/index.ts";
import { rowBytes, type Tensor, tensorType } from "../../facts/weights/index.ts";
import { type WeightClass, weightClass } from "./weight-class.ts";

/**
 * What a step moves and multiplies in one place (a device, the host). Moved bytes are not stored bytes: of the token embedding
 * one row is read, of the experts those that are routed to.
 */
export interface Load {
  readonly layers: number;
  /** with a recurrence or a convolution in place of attention */
  readonly linearLayers: number;
  readonly expertLayers: number;
  /** everything that lies there, whether a token reads it or not */
  readonly storedBytes: number;
  /** read whole for every token */
  readonly denseBytes: number;
  /** of `denseBytes`, what stands outside the layers: the output, which multiplies the last token of a prompt alone */
  readonly outsideBytes: number;
  /** of all experts; a token reads `expertShare` of them */
  readonly expertBytes: number;
  readonly expertShare: number;
  readonly experts: number;
  /** parameters that a token multiplies, by the class of their type; the output matrix is among them */
  readonly parameters: Readonly<Partial<Record<WeightClass, number>>>;
  /** parameters of the layers alone, which every token of a prompt multiplies; the output only sees the last */
  readonly bodyParameters: number;
  /** the same of the experts that a token is routed to */
  readonly bodyExpertParameters: number;
  /** shares of body and experts by class, summing to one */
  readonly bodyShares: Readonly<Partial<Record<WeightClass, number>>>;
  readonly attention: readonly AttentionLoad[];
  /** state of recurrences, read and written once a token and sequence */
  readonly stateBytes: number;
}

/** Layers of attention that see the same length. */
export interface AttentionLoad {
  readonly layers: number;
  /** tokens they see at most */
  readonly window: number;
  /** cache bytes of a token, all these layers together */
  readonly bytesPerToken: number;
  /** query heads x length of a head, all these layers together */
  readonly width: number;
  readonly heads: number;
}

/** The tensors and layers of one place; `layers` says which are there, the output layer being the last. */
export interface LoadInput {
  readonly geometry: Geometry;
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
}

export function loadOf(
  { geometry, cacheTypeK, cacheTypeV }: LoadInput,
  tensors: readonly Pick<Tensor, "name" | "shape" | "type" | "bytes">[],
  hasLayer: (layer: number) => boolean,
  hasCache: (layer: number) => boolean = hasLayer,
): Load {
  const parameters: Partial<Record<WeightClass, number>> = {};
  const body: Partial<Record<WeightClass, number>> = {};
  let [storedBytes, denseBytes, outsideBytes, expertBytes, usedBytes] = [0, 0, 0, 0, 0];
  let [bodyParameters, bodyExpertParameters] = [0, 0];
  for (const tensor of tensors) {
    storedBytes += tensor.bytes;
    const layer = layerOf(tensor.name);
    if (layer === undefined && isLookUp(tensor.name, geometry)) continue;
    // an appended block only guesses
    if (layer !== undefined && geometry.layers[layer]?.kind === "mtp") continue;
    const share = isExpert(tensor.name) ? expertShareOf(geometry.layers[layer ?? 0]) : 1;
    const used = tensor.shape.reduce((product, length) => product * length, 1) * share;
    const kind = weightClass(tensor.type);
    if (share < 1) {
      expertBytes += tensor.bytes;
      usedBytes += tensor.bytes * share;
    } else denseBytes += tensor.bytes;
    parameters[kind] = (parameters[kind] ?? 0) + used;
    // where vectors of texts are made the engine computes logits for every token, and nobody reads them
    if (layer === undefined && !embedsTexts(geometry)) {
      outsideBytes += tensor.bytes;
      continue;
    }
    bodyParameters += used;
    if (share < 1) bodyExpertParameters += used;
    if (tensor.shape.length > 1) body[kind] = (body[kind] ?? 0) + used;
  }
  const here = geometry.layers.filter((layer, index) => layer.kind === "trunk" && hasLayer(index));
  const matrices = Object.values(body).reduce((sum, part) => sum + part, 0);
  return {
    layers: here.length,
    linearLayers: here.filter(({ mixer }) => mixer.kind === "recurrent" || mixer.kind === "convolution").length,
    expertLayers: here.filter(({ feedForward }) => feedForward.kind === "experts").length,
    storedBytes,
    denseBytes,
    outsideBytes,
    expertBytes,
    expertShare: expertBytes === 0 ? 1 : usedBytes / expertBytes,
    experts: Math.max(1, ...here.map(({ feedForward }) => (feedForward.kind === "experts" ? feedForward.experts : 1))),
    parameters,
    bodyParameters,
    bodyExpertParameters,
    bodyShares: Object.fromEntries(
      Object.entries(body).map(([kind, part]) => [kind, matrices === 0 ? 0 : part / matrices]),
    ),
    attention: attentionLoads(
      geometry.layers.filter((layer, index) => layer.kind === "trunk" && hasCache(index)),
      cacheTypeK,
      cacheTypeV,
    ),
    stateBytes: here.reduce((sum, { mixer }) => sum + stateBytesOf(mixer), 0),
  };
}

/** Tables of which a token reads one row; an encoder makes no logits, so that its embedding is never multiplied. */
function isLookUp(name: string, { tiedEmbeddings, cacheless }: Geometry): boolean {
  if (name === "token_embd.weight") return !tiedEmbeddings || cacheless === true;
  return /^(per_layer_token_embd|position_embd|token_types)\.weight$/.test(name);
}

export function isExpert(name: string): boolean {
  return name.includes("_exps.");
}

const DOT = 46;
const ZERO = 48;

/** Layer of a block's tensor ("blk.7.attn_q.weight" -> 7); undefined for those outside the blocks. */
export function layerOf(tensorName: string): number | undefined {
  if (!tensorName.startsWith("blk.")) return undefined;
  // paces ask for thousands of names: a pattern takes several times as long
  let layer = 0;
  for (let at = 4; at < tensorName.length; at += 1) {
    const code = tensorName.charCodeAt(at);
    if (code === DOT && at > 4) return layer;
    if (code < ZERO || code > ZERO + 9) return undefined;
    layer = 10 * layer + code - ZERO;
  }
  return undefined;
}

export function expertShareOf(layer: Layer | undefined): number {
  const feedForward = layer?.feedForward;
  return feedForward?.kind === "experts" ? feedForward.expertsUsed / feedForward.experts : 1;
}

const STATE_ELEMENT_BYTES = 4;

function stateBytesOf(mixer: Layer["mixer"]): number {
  if (mixer.kind === "parallel") return stateBytesOf(mixer.recurrent);
  if (mixer.kind === "convolution") return mixer.convolutionState * STATE_ELEMENT_BYTES;
  if (mixer.kind !== "recurrent") return 0;
  return (mixer.convolutionState + mixer.recurrentState) * STATE_ELEMENT_BYTES;
}

function attentionLoads(layers: readonly Layer[], typeK: CacheType, typeV: CacheType): AttentionLoad[] {
  const loads = new Map<number, AttentionLoad>();
  for (const layer of layers) {
    const one = attentionLoad(layer, typeK, typeV);
    if (!one) continue;
    const sum = loads.get(one.window);
    loads.set(one.window, {
      layers: (sum?.layers ?? 0) + 1,
      window: one.window,
      bytesPerToken: (sum?.bytesPerToken ?? 0) + one.bytesPerToken,
      width: (sum?.width ?? 0) + one.width,
      heads: (sum?.heads ?? 0) + one.heads,
    });
  }
  return [...loads.values()];
}

function attentionLoad({ mixer }: Layer, typeK: CacheType, typeV: CacheType): AttentionLoad | undefined {
  if (mixer.kind === "mla") {
    // queries are multiplied with the compressed keys themselves
    const length = mixer.latentLength + mixer.ropeLength;
    return {
      layers: 1,
      window: Infinity,
      bytesPerToken: cacheRow(typeK, length),
      width: mixer.heads * length,
      heads: mixer.heads,
    };
  }
  const attention = mixer.kind === "parallel" ? mixer.attention : mixer;
  if (attention.kind !== "attention") return undefined;
  return {
    layers: 1,
    window: attention.window ?? Infinity,
    bytesPerToken:
      cacheRow(typeK, attention.kvHeads * attention.keyLength) +
      cacheRow(typeV, attention.kvHeads * attention.valueLength),
    width: attention.heads * attention.keyLength,
    heads: attention.heads,
  };
}

/** Layers whose attention is computed there. */
export function attentionLayers({ attention }: Load): number {
  return attention.reduce((sum, { layers }) => sum + layers, 0);
}

/** Sum over attention layers of a figure x the tokens they see. */
export function overTokens(load: Load, depth: number, figure: "bytesPerToken" | "width" | "heads"): number {
  return load.attention.reduce((sum, part) => sum + part[figure] * Math.min(depth, part.window), 0);
}

/** Share of the experts that some token of `tokens` is routed to, chosen independently. */
export function expertsTouched(load: Load, tokens: number): number {
  return 1 - (1 - load.expertShare) ** tokens;
}

/** Weights that a step of `tokens` needs: of experts those that some token is routed to. */
export function touchedBytes(load: Load, tokens: number): number {
  return load.denseBytes + load.expertBytes * (load.expertShare < 1 ? expertsTouched(load, tokens) : 1);
}

function cacheRow(type: CacheType, elements: number): number {
  return rowBytes(tensorType(type)!, elements);
}

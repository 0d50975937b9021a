import type { LatentAttention } from "../../../../facts/model/index.ts";
import { rowBytes } from "../graph/element.ts";
import {
  concat,
  contiguous,
  getRows,
  like,
  multiplyMatrix,
  permute,
  repeat,
  reshape,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, mixValues, writeKeys } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward, outputLogits } from "./decoder.ts";
import { draftBlock, type DraftParts } from "./draft-block.ts";
import { embedTokens } from "./embedding.ts";
import type { Routing } from "./experts.ts";

/** DeepSeek 2, 3, R1 and Kimi K2, converted with latent attention (src/models/deepseek2.cpp). */
export const deepseek2 = latentDecoder("deepseek2", { normalized: "as-file" });

/** Mistral 4 (src/models/mistral4.cpp): the same graph. */
export const mistral4 = latentDecoder("mistral4", { normalized: "as-file", precise: true });

function latentDecoder(name: string, routing: Routing): Architecture {
  return {
    name,
    build(builder) {
      let x = embedTokens(builder);
      const factors = builder.queryFactors();
      const positions = builder.positions();
      const inputs = builder.cacheInputs("full");
      const mix = builder.layers.some(({ mixer }) => mixer.kind === "attention")
        ? decompressedAttention
        : latentAttention;
      const outputRows = builder.outputRows();
      const last = builder.layers.length - 1;
      builder.layers.forEach((_, layer) => {
        let residual = x;
        let mixed = mix(builder, builder.norm(x, "attn_norm", layer), { positions, factors }, inputs, layer);
        if (layer === last) {
          mixed = getRows(mixed, outputRows);
          residual = getRows(residual, outputRows);
        }
        const inner = like("add", mixed, residual);
        x = like("add", feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer, { routing }), inner);
      });
      return outputLogits(builder, x);
    },
    buildDraft: (builder) =>
      draftBlock(builder, { mix: latentDraft, rows: "at end", normBeforeFeedForward: "ffn_norm", routing }),
  };
}

export const latentDraft: DraftParts["mix"] = (builder, x, positions, cache, layer) =>
  latentAttention(builder, x, { positions, factors: undefined }, cache, layer);

/** What latent attention is given besides its input. */
interface LatentParts {
  /** absent: without rotary encoding */
  readonly positions: GraphTensor | undefined;
  readonly factors: GraphTensor | undefined;
  /** the compressed query, where it is made already */
  readonly latentQuery?: GraphTensor;
  /** what is masked besides what the cache's mask says */
  readonly mask?: (mask: GraphTensor) => GraphTensor;
  /** what is done to the weighted values before the output projection */
  readonly beforeOutput?: (mixed: GraphTensor) => GraphTensor;
}

/** Queries are brought into the space of the compressed keys, which the cache holds together with the rotary part. */
export function latentAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  { positions, factors, latentQuery, mask, beforeOutput }: LatentParts,
  inputs: CacheInputs,
  layer: number,
): GraphTensor {
  const { graph } = builder;
  const turned = (part: GraphTensor): GraphTensor => (positions === undefined ? part : like("rope", part, positions));
  const { heads, keyLength, latentLength, ropeLength } = builder.latent(layer);
  const tokens = x.shape[1];
  const plain = keyLength - ropeLength;
  const projected =
    latentQuery === undefined
      ? projectQuery(builder, x, layer)
      : multiplyMatrix(builder.weight("attn_q_b", layer), latentQuery);
  const q = reshape(projected, [keyLength, heads, tokens]);
  const compressed = multiplyMatrix(builder.weight("attn_kv_a_mqa", layer), x);
  const [, row] = compressed.strides;
  const latent = builder.norm(view(compressed, [latentLength, tokens], [row]), "attn_kv_a_norm", layer);
  const turnedKey = turned(view(compressed, [ropeLength, 1, tokens], [row, row]));
  const parts = [q.strides[1], q.strides[2]];
  const turnedQuery = turned(view(q, [ropeLength, heads, tokens], parts));
  const apart = permute(view(q, [plain, heads, tokens], parts), [0, 2, 1, 3]);
  const absorbed = permute(multiplyMatrix(builder.weight("attn_k_b", layer), apart), [0, 2, 1, 3]);
  const whole = concat(absorbed, turnedQuery);
  const query = factors === undefined ? whole : like("mul", whole, factors);
  const value = reshape(latent, [latentLength, 1, tokens]);
  const key = concat(value, turnedKey);
  for (const tensor of [query, value, key]) graph.expand(tensor);
  graph.expand(writeKeys(builder, key, inputs, layer));
  const keys = cachedLatents(builder, builder.latent(layer), layer);
  const values = view(keys, [latentLength, ...keys.shape.slice(1)], keys.strides.slice(1));
  const mixed = mixValues(builder, query, keys, values, layer, {
    mask: mask === undefined ? inputs.mask : mask(inputs.mask),
    valuesTransposed: false,
    decompress: builder.weight("attn_v_b", layer),
  });
  graph.expand(mixed);
  return builder.project(beforeOutput === undefined ? mixed : beforeOutput(mixed), "attn_output", layer);
}

/**
 * Keys and values of every head decompressed before they are cached: what builds did before latent caches, and do with files that have
 * the decompressing matrix in one piece.
 */
function decompressedAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  { positions, factors }: { positions: GraphTensor; factors: GraphTensor | undefined },
  inputs: CacheInputs,
  layer: number,
): GraphTensor {
  const { heads, keyLength, valueLength } = builder.attention(layer);
  const tokens = x.shape[1];
  const { decompressedHeads } = builder.request.build;
  const copied = (part: GraphTensor): GraphTensor =>
    decompressedHeads === "copied" ? contiguous(part, part.shape) : part;
  const compressed = multiplyMatrix(builder.weight("attn_kv_a_mqa", layer), x);
  const latentLength = builder.weight("attn_kv_a_norm", layer).shape[0];
  const ropeLength = compressed.shape[0] - latentLength;
  const plain = keyLength - ropeLength;
  const [, row] = compressed.strides;
  const q = reshape(projectQuery(builder, x, layer), [keyLength, heads, tokens]);
  const latent = builder.norm(copied(view(compressed, [latentLength, tokens], [row])), "attn_kv_a_norm", layer);
  const sharedKey = copied(view(compressed, [ropeLength, 1, tokens], [row, row]));
  const both = multiplyMatrix(builder.weight("attn_kv_b", layer), latent);
  const strides = [rowBytes(both.type, plain + valueLength), both.strides[1]];
  const values = view(both, [valueLength, heads, tokens], strides);
  const value = contiguous(values, values.shape);
  const parts = [q.strides[1], q.strides[2]];
  const turned =
    decompressedHeads === "whole"
      ? like("rope", q, positions)
      : concat(
          view(q, [plain, heads, tokens], parts),
          like("rope", copied(view(q, [ropeLength, heads, tokens], parts)), positions),
        );
  const turnedKey = repeat(like("rope", sharedKey, positions), [ropeLength, heads, tokens]);
  const key = concat(view(both, [plain, heads, tokens], strides), turnedKey);
  const query = factors === undefined ? turned : like("mul", turned, factors);
  return attend(builder, { query, key, value }, inputs, layer, { order: "query-value-key" });
}

/** In two steps, unless the file has queries uncompressed (the Lite models). */
function projectQuery(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const direct = builder.optional("attn_q", layer);
  if (direct !== undefined) return multiplyMatrix(direct, x);
  return multiplyMatrix(builder.weight("attn_q_b", layer), compressedQuery(builder, x, layer));
}

export function compressedQuery(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  return builder.norm(multiplyMatrix(builder.weight("attn_q_a", layer), x), "attn_q_a_norm", layer);
}

function cachedLatents(
  builder: GraphBuilder,
  { latentLength, ropeLength }: LatentAttention,
  layer: number,
): GraphTensor {
  const { key } = builder.cache(layer);
  const [width, cells, streams] = key.shape;
  const row = rowBytes(key.type, latentLength + ropeLength);
  return view(key, [width, 1, cells, streams], [row, row, rowBytes(key.type, width * cells)]);
}

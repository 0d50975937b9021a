import { contiguous, like, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { attend } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";

/** Queries come with a gate of the same width behind each head. */
export function gatedAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  positions: GraphTensor,
  cache: CacheInputs,
  layer: number,
): GraphTensor {
  const { heads, kvHeads, keyLength, valueLength } = builder.attention(layer);
  const tokens = x.shape[1];
  const both = builder.project(x, "attn_q", layer);
  const half = (): GraphTensor =>
    view(both, [keyLength, heads, tokens], [2 * keyLength * both.strides[0], both.strides[1]]);
  const query = builder.norm(half(), "attn_q_norm", layer);
  const key = builder.norm(
    reshape(builder.project(x, "attn_k", layer), [keyLength, kvHeads, tokens]),
    "attn_k_norm",
    layer,
  );
  const gate = contiguous(half(), [keyLength * heads, tokens]);
  const value = reshape(builder.project(x, "attn_v", layer), [valueLength, kvHeads, tokens]);
  const turned = { query: like("rope", query, positions), key: like("rope", key, positions), value };
  return attend(builder, turned, cache, layer, {
    order: "query-value-key",
    beforeOutput: (mixed) => like("mul", mixed, like("unary", gate)),
  });
}

import { like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";

/** Queries and keys turned by their positions, by factors of the file where it has some (long ones are as large as short ones). */
export function turned(
  builder: GraphBuilder,
  heads: Heads,
  positions: GraphTensor,
  layer: number,
  turns = builder.attention(layer).rope !== false,
): Heads {
  if (!turns) return heads;
  const factors = builder.shared("rope_freqs", layer) ?? builder.shared("rope_factors_long", layer);
  const query = like("rope", heads.query, positions, factors);
  return { ...heads, query, key: like("rope", heads.key, positions, factors) };
}

/** Norms of queries and keys, head by head, where the file has them. */
export function normedHeads(builder: GraphBuilder, heads: Heads, layer: number): Heads {
  if (builder.optional("attn_q_norm", layer) === undefined) return heads;
  const query = builder.norm(heads.query, "attn_q_norm", layer);
  return { ...heads, query, key: builder.norm(heads.key, "attn_k_norm", layer) };
}

/** Normed, then turned. */
export function normedAndTurned(builder: GraphBuilder, heads: Heads, positions: GraphTensor, layer: number): Heads {
  return turned(builder, normedHeads(builder, heads, layer), positions, layer);
}

import { like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";

/** Queries and keys turned by their positions, by factors of the file where it has some (long ones are as large as short ones). */
export function turned(builder: GraphBuilder, heads: Heads, positions: GraphTensor, layer: number): Heads {
  if (builder.attention(layer).rope === false) return heads;
  const factors = builder.shared("rope_freqs", layer) ?? builder.shared("rope_factors_long", layer);
  const query = like("rope", heads.query, positions, factors);
  return { ...heads, query, key: like("rope", heads.key, positions, factors) };
}

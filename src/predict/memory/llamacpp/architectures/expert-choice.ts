import { I32 } from "../graph/element.ts";
import { getRows, like, reshape, setRows, sortOrder, sumRows, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";

/** Places of the `count` greatest in every row (`ggml_argsort_top_k`): a view of the whole order. */
export function bestOf(ranked: GraphTensor, count: number): GraphTensor {
  const order = sortOrder(ranked, I32);
  const [, rows, tokens] = order.shape;
  return view(order, [count, rows, tokens], [order.strides[1], order.strides[2]]);
}

/**
 * Experts outside the best groups are struck out (llama-graph.cpp, `build_moe_ffn`): a group counts as much as its two best experts.
 * `ranked` is [experts, tokens], and so is the result.
 */
export function inBestGroups(ranked: GraphTensor, groups: number, groupsUsed: number): GraphTensor {
  const [experts, tokens] = ranked.shape;
  const inGroup = experts / groups;
  const grouped = reshape(ranked, [inGroup, groups, tokens]);
  const pair = bestOf(grouped, 2);
  const best = getRows(reshape(grouped, [1, inGroup, groups, tokens]), pair);
  const scores = sumRows(reshape(best, [2, groups, tokens]));
  const chosen = bestOf(reshape(scores, [groups, tokens]), groupsUsed);
  const kept = getRows(grouped, chosen);
  return reshape(setRows(like("fill", grouped), kept, chosen), [experts, tokens]);
}

import type { ExpertFeedForward } from "../../../../facts/model/index.ts";
import { I32 } from "../graph/element.ts";
import {
  getRows,
  like,
  multiplyExperts,
  multiplyMatrix,
  reshape,
  sortOrder,
  sumRows,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** Gate and up, their product, down (llama-graph.cpp, `build_ffn` with a parallel gate). */
export function denseFeedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const up = builder.project(x, "ffn_up", layer);
  const gate = builder.project(x, "ffn_gate", layer);
  return builder.project(like("glu", gate, up), "ffn_down", layer);
}

/** Softmax over all experts, the best few, their weights made to sum to one (llama-graph.cpp, `build_moe_ffn`). */
export function expertFeedForward(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  experts: ExpertFeedForward,
): GraphTensor {
  const { graph } = builder;
  const [width, tokens] = x.shape;
  const used = experts.expertsUsed;
  const chances = like("soft_max", multiplyMatrix(builder.weight("ffn_gate_inp", layer), x));
  const order = sortOrder(chances, I32);
  const ids = view(order, [used, tokens], [order.strides[1]]);
  const picked = getRows(reshape(chances, [1, experts.experts, tokens]), ids);
  const weights = reshape(picked, [used, tokens]);
  const total = like("clamp", sumRows(weights));
  const shares = reshape(like("div", weights, total), [1, used, tokens]);
  graph.expand(shares);
  const rows = reshape(x, [width, 1, tokens]);
  const gated = like("glu", ...gateAndUp(builder, rows, ids, layer));
  const each = multiplyExperts(builder.weight("ffn_down_exps", layer), gated, ids);
  const weighted = like("mul", each, shares);
  graph.expand(weighted);
  return sumOverExperts(builder, weighted, used);
}

/** Two products, or the halves of one where the file has both matrices as one. */
function gateAndUp(
  builder: GraphBuilder,
  rows: GraphTensor,
  ids: GraphTensor,
  layer: number,
): [gate: GraphTensor, up: GraphTensor] {
  const merged = builder.optional("ffn_gate_up_exps", layer);
  if (merged === undefined) {
    const up = multiplyExperts(builder.weight("ffn_up_exps", layer), rows, ids);
    return [multiplyExperts(builder.weight("ffn_gate_exps", layer), rows, ids), up];
  }
  const both = multiplyExperts(merged, rows, ids);
  const half = [both.shape[0] / 2, both.shape[1], both.shape[2]];
  const strides = [both.strides[1], both.strides[2]];
  return [view(both, half, strides), view(both, half, strides)];
}

/** Views of every expert's share, added one after the other. */
function sumOverExperts(builder: GraphBuilder, weighted: GraphTensor, used: number): GraphTensor {
  const [width, , tokens] = weighted.shape;
  const views = Array.from({ length: used }, () => view(weighted, [width, tokens], [weighted.strides[2]]));
  for (const each of views) builder.graph.expand(each);
  let sum = views[0]!;
  for (const each of views.slice(1)) {
    sum = like("add", sum, each);
    builder.graph.expand(sum);
  }
  return sum;
}

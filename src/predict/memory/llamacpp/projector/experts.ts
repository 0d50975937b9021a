import {
  contiguous,
  getRows,
  like,
  multiplyExperts,
  multiplyMatrix,
  reshape,
  sumRows,
  topOf,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { TowerBuilder } from "./tower-builder.ts";

/** A few of many experts for every place (clip.cpp, `build_moe_ffn`). */
export function experts(builder: TowerBuilder, x: GraphTensor, name: string): GraphTensor {
  const weight = (part: string): GraphTensor => builder.weight(`${name}.${part}.weight`);
  const [width, places] = x.shape;
  const gates = weight("ffn_gate_exps");
  const count = gates.shape[2];
  const used = Math.min(builder.tower.expertsUsed ?? 0, count);
  const shares = like("unary", multiplyMatrix(weight("ffn_gate_inp"), x));
  const bias = builder.optional(`${name}.exp_probs_b.weight`);
  const chosen = topOf(bias === undefined ? shares : like("add", shares, bias), used);
  const picked = reshape(getRows(reshape(shares, [1, count, places]), chosen), [used, places]);
  const even = reshape(like("div", picked, sumRows(picked)), [1, used, places]);
  const each = reshape(x, [width, 1, places]);
  const gate = multiplyExperts(gates, each, chosen);
  const raised = multiplyExperts(weight("ffn_up_exps"), each, chosen);
  const lowered = multiplyExperts(weight("ffn_down_exps"), like("mul", like("unary", gate), raised), chosen);
  const scaled = like("mul", lowered, even);
  const part = (): GraphTensor => view(scaled, [scaled.shape[0], places], [scaled.strides[2]]);
  let sum = part();
  for (let expert = 1; expert < used; expert++) sum = like("add", sum, part());
  return used === 1 ? contiguous(sum, sum.shape) : sum;
}

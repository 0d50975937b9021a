import type { FeedForward } from "../geometry.ts";
import type { TensorRow } from "./rows.ts";
import type { Shapes } from "./shapes.ts";

/** Matrices and norms of the feed-forward part, without ".weight". */
export function feedForwardShapes(row: TensorRow, width: number, feedForward: FeedForward): Shapes {
  if (feedForward.kind === "none") return [];
  if (feedForward.kind === "dense") {
    const { length, gated } = feedForward;
    const shapes = matrices("", width, length, gated ? (row.fusedGate ? "fused" : "gated") : "plain");
    if (row.innerNorms) shapes.push(["ffn_sub_norm", [length]]);
    return shapes;
  }
  const { experts, expertLength, sharedLength, denseSideLength, latentLength } = feedForward;
  const gate = row.plainExperts ? "plain" : "gated";
  const shapes: Shapes = [["ffn_gate_inp", [width, experts]]];
  for (const [name, shape] of matrices("_exps", latentLength ?? width, expertLength, row.fusedExperts ? "fused" : gate))
    shapes.push([name === "ffn_up_exps" && row.fusedExperts ? "ffn_gate_up_exps" : name, [...shape, experts]]);
  if (latentLength !== undefined) {
    const name = row.narrowedExperts ? "ffn_routed" : "ffn_latent";
    shapes.push([`${name}_down`, [width, latentLength]], [`${name}_up`, [latentLength, width]]);
    if (row.narrowedExperts) shapes.push([`${name}_norm`, [latentLength]]);
  }
  if (sharedLength > 0) shapes.push(...matrices("_shexp", width, sharedLength, gate));
  if (sharedLength > 0 && row.sharedGate) shapes.push(["ffn_gate_inp_shexp", [width]]);
  if (denseSideLength > 0) shapes.push(...matrices("", width, denseSideLength, "gated"));
  return shapes;
}

function matrices(suffix: string, width: number, length: number, gate: "plain" | "gated" | "fused"): Shapes {
  const down = [`ffn_down${suffix}`, [length, width]] as const;
  if (gate === "fused") return [[`ffn_up${suffix}`, [width, 2 * length]], down];
  const up = [`ffn_up${suffix}`, [width, length]] as const;
  return gate === "plain" ? [up, down] : [[`ffn_gate${suffix}`, [width, length]], up, down];
}

import { contiguous, gluOfHalves, like, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** What stands between up and down where there is no gate: an activation in one step, or the square of one. */
export type Activation = "one step" | "squared";

/**
 * Gate and up, their product, down (llama-graph.cpp, `build_ffn` with a parallel gate). A file without a gate has it in the second
 * half of `ffn_up`, or none. `suffix` names another set of matrices: "_shexp" for shared experts; `norm` what comes before down.
 */
export function denseFeedForward(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  { suffix = "", activation, norm }: { suffix?: string; activation?: Activation | undefined; norm?: string } = {},
): GraphTensor {
  const up = builder.project(x, `ffn_up${suffix}`, layer);
  const active =
    builder.optional(`ffn_gate${suffix}`, layer) !== undefined
      ? gatedProduct(builder, builder.project(x, `ffn_gate${suffix}`, layer), up)
      : up.shape[0] === builder.weight(`ffn_down${suffix}`, layer).shape[0]
        ? activated(up, activation)
        : gatedHalves(builder, up);
  return builder.project(norm === undefined ? active : builder.norm(active, norm, layer), `ffn_down${suffix}`, layer);
}

export function activated(x: GraphTensor, activation: Activation = "one step"): GraphTensor {
  const active = like("unary", x);
  return activation === "squared" ? like("sqr", active) : active;
}

/** The activated gate times up: one operation, or two in the gate's place. */
export function gatedProduct({ request }: GraphBuilder, gate: GraphTensor, up: GraphTensor): GraphTensor {
  return request.build.fusedGate ? like("glu", gate, up) : like("mul", like("unary", gate), up);
}

/** The same for gate and up side by side, which are copied apart first where there is no one operation. */
function gatedHalves(builder: GraphBuilder, both: GraphTensor): GraphTensor {
  if (builder.request.build.fusedGate) return gluOfHalves(both);
  const half = view(both, [both.shape[0] / 2, both.shape[1]], [both.strides[1]]);
  return gatedProduct(builder, contiguous(half, half.shape), contiguous(half, half.shape));
}

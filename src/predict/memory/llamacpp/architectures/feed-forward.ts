import { contiguous, gluOfHalves, like, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/**
 * Gate and up, their product, down (llama-graph.cpp, `build_ffn` with a parallel gate). A file without a gate has it in the second
 * half of `ffn_up`. `suffix` names another set of matrices: "_shexp" for shared experts.
 */
export function denseFeedForward(builder: GraphBuilder, x: GraphTensor, layer: number, suffix = ""): GraphTensor {
  const up = builder.project(x, `ffn_up${suffix}`, layer);
  const gated =
    builder.optional(`ffn_gate${suffix}`, layer) === undefined
      ? gatedHalves(builder, up)
      : gatedProduct(builder, builder.project(x, `ffn_gate${suffix}`, layer), up);
  return builder.project(gated, `ffn_down${suffix}`, layer);
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

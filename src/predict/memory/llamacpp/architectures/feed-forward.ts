import { gluOfHalves, like } from "../graph/operations.ts";
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
      ? gluOfHalves(up)
      : like("glu", builder.project(x, `ffn_gate${suffix}`, layer), up);
  return builder.project(gated, `ffn_down${suffix}`, layer);
}

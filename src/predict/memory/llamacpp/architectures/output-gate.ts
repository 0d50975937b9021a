import { like, multiplyMatrix, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { AttentionParts } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";

/** Attention's result times a gate made from its input by a matrix of its own: one number an element, or one a head. */
export function outputGate(builder: GraphBuilder, layer: number, x: GraphTensor): Pick<AttentionParts, "beforeOutput"> {
  const matrix = builder.optional("attn_gate", layer);
  if (matrix === undefined) return {};
  return {
    beforeOutput: (mixed) => {
      const gate = like("unary", multiplyMatrix(matrix, x));
      const { heads, valueLength } = builder.attention(layer);
      if (gate.shape[0] !== heads) return like("mul", mixed, gate);
      const [width, tokens] = mixed.shape;
      const byHead = reshape(mixed, [valueLength, heads, tokens]);
      return reshape(like("mul", byHead, reshape(gate, [1, heads, tokens])), [width, tokens]);
    },
  };
}

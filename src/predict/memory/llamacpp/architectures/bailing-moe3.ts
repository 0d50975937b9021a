import { contiguous, like, multiplyMatrix, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import { latentAttention } from "./deepseek2.ts";
import { kimiDelta } from "./kimi-delta.ts";
import { mixedDecoder } from "./mixed-decoder.ts";
import { stateIndices } from "./recurrent-state.ts";

/** Ling 3 (src/models/bailingmoe3.cpp): Kimi's delta attention, with gated latent attention in every sixth layer. */
export const bailingMoe3: Architecture = {
  name: "bailingmoe3",
  build(builder) {
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const positions = builder.positions();
    return mixedDecoder(builder, {
      routing: { normalized: "as-file" },
      rowsAtEnd: true,
      mix: (x, layer) => {
        if (builder.layer(layer).mixer.kind === "recurrent")
          return kimiDelta(builder, x, layer, indices, { gates: "one", decay: "bounded" });
        const beforeOutput = (mixed: GraphTensor): GraphTensor => gatedByHead(builder, mixed, x, layer);
        return latentAttention(builder, x, { positions, factors: undefined, beforeOutput }, cache, layer);
      },
    });
  },
};

function gatedByHead(builder: GraphBuilder, mixed: GraphTensor, x: GraphTensor, layer: number): GraphTensor {
  const { heads, valueLength } = builder.latent(layer);
  const [width, tokens] = mixed.shape;
  const gate = like("unary", reshape(multiplyMatrix(builder.weight("attn_gate", layer), x), [1, heads, tokens]));
  return contiguous(like("mul", reshape(mixed, [valueLength, heads, tokens]), gate), [width, tokens]);
}

import type { Architecture } from "./architecture.ts";
import { latentAttention } from "./deepseek2.ts";
import { kimiDelta } from "./kimi-delta.ts";
import { mixedDecoder } from "./mixed-decoder.ts";
import { stateIndices } from "./recurrent-state.ts";

/** Kimi Linear (src/models/kimi-linear.cpp): delta attention, with latent attention without positions in every fourth layer. */
export const kimiLinear: Architecture = {
  name: "kimi-linear",
  build(builder) {
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    return mixedDecoder(builder, {
      normFirst: true,
      routing: { normalized: true },
      mix: (x, layer) =>
        builder.layer(layer).mixer.kind === "recurrent"
          ? kimiDelta(builder, x, layer, indices, { gates: "two" })
          : latentAttention(builder, x, { positions: undefined, factors: undefined }, cache, layer),
    });
  },
};

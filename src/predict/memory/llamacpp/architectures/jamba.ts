import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import { mamba } from "./mamba.ts";
import { mixedDecoder } from "./mixed-decoder.ts";
import { stateIndices } from "./recurrent-state.ts";

/** Jamba (src/models/jamba.cpp): state spaces with a layer of attention among every few, without positions; some have experts. */
export const jamba: Architecture = {
  name: "jamba",
  build(builder) {
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    return mixedDecoder(builder, {
      residualFirst: true,
      routing: { gating: "softmax", normalized: false },
      mix: (x, layer) =>
        builder.layer(layer).mixer.kind === "recurrent"
          ? mamba(builder, x, layer, indices)
          : attend(builder, projectHeads(builder, x, layer), cache, layer, { order: "query-value-key" }),
    });
  },
};

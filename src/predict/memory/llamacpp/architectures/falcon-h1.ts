import { getRows, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import { outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { mamba2 } from "./mamba2.ts";
import { stateIndices } from "./recurrent-state.ts";
import { turned } from "./rope.ts";

/** Falcon H1 (src/models/falcon-h1.cpp): attention and a state space side by side, each from a norm of its own. */
export const falconH1: Architecture = {
  name: "falcon-h1",
  build(builder) {
    let x = embedTokens(builder);
    const positions = builder.positions();
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const outputRows = builder.outputRows();
    const last = builder.layers.length - 1;
    builder.layers.forEach((_, layer) => {
      const heads = projectHeads(builder, builder.norm(x, "attn_norm", layer), layer);
      const turnedHeads = turned(builder, heads, positions, layer);
      const attended = attend(builder, turnedHeads, cache, layer, { order: "query-value-key" });
      const scanned = mamba2(builder, builder.norm(x, "attn_norm", layer), layer, indices);
      let inner = like("add", like("add", attended, scanned), x);
      if (layer === last) inner = getRows(inner, outputRows);
      x = like("add", denseFeedForward(builder, builder.norm(inner, "ffn_norm", layer), layer), inner);
    });
    return outputLogits(builder, x);
  },
};

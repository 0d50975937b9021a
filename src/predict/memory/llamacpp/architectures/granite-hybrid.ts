import { getRows, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import { feedForward, outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { mamba2 } from "./mamba2.ts";
import { stateIndices } from "./recurrent-state.ts";
import { turned } from "./rope.ts";

/** Granite 4 H (src/models/granite-hybrid.cpp): state spaces with some layers of attention; embeddings, residuals and logits scaled. */
export const graniteHybrid: Architecture = {
  name: "granitehybrid",
  build(builder) {
    let x = embedTokens(builder, "at once");
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const outputRows = builder.outputRows();
    const positions = builder.positions();
    const last = builder.layers.length - 1;
    builder.layers.forEach(({ mixer }, layer) => {
      let residual = x;
      const normed = builder.norm(x, "attn_norm", layer);
      let mixed =
        mixer.kind === "recurrent"
          ? mamba2(builder, normed, layer, indices)
          : attend(builder, turned(builder, projectHeads(builder, normed, layer), positions, layer), cache, layer, {
              order: "query-value-key",
            });
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        residual = getRows(residual, outputRows);
      }
      const inner = like("add", like("scale", mixed), residual);
      const fed = feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer);
      x = like("add", like("scale", fed), inner);
    });
    return like("scale", outputLogits(builder, x));
  },
};

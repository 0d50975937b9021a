import { getRows, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import { outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { turned } from "./rope.ts";

/**
 * Nemotron Super and Ultra (src/models/deci.cpp): layers found by a search, some without attention, some without a feed-forward part, and
 * feed-forward parts of many widths.
 */
export const deci: Architecture = {
  name: "deci",
  build(builder) {
    let x = embedTokens(builder);
    const positions = builder.positions();
    const cache = builder.cacheInputs("full");
    const outputRows = builder.outputRows();
    const last = builder.layers.length - 1;
    builder.layers.forEach(({ mixer, feedForward }, layer) => {
      let residual = x;
      let mixed = x;
      if (mixer.kind === "attention") {
        const heads = projectHeads(builder, builder.norm(x, "attn_norm", layer), layer);
        mixed = attend(builder, turned(builder, heads, positions, layer), cache, layer, { order: "query-value-key" });
      }
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        residual = getRows(residual, outputRows);
      }
      if (feedForward.kind === "none") return;
      const inner = mixer.kind === "attention" ? like("add", mixed, residual) : mixed;
      x = like("add", denseFeedForward(builder, builder.norm(inner, "ffn_norm", layer), layer), inner);
    });
    return outputLogits(builder, x);
  },
};

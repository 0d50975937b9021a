import { getRows, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import { outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { windowOf } from "../context.ts";

/** Gemma 3 (src/models/gemma3.cpp): windows on most layers, norms before and after both halves, norms of queries and keys. */
export const gemma3: Architecture = {
  name: "gemma3",
  build(builder) {
    let x = embedTokens(builder, "rows");
    const positions = builder.positions();
    const sliding = windowOf(builder.request.geometry) > 0;
    const full = builder.cacheInputs("full");
    const window = sliding ? builder.cacheInputs("window") : full;
    const order = sliding ? "query-key-value" : "query-value-key";
    const outputRows = builder.outputRows();
    const last = builder.layers.length - 1;
    builder.layers.forEach((_, layer) => {
      let residual = x;
      const heads = projectHeads(builder, builder.norm(x, "attn_norm", layer), layer);
      const query = like("rope", builder.norm(heads.query, "attn_q_norm", layer), positions);
      const key = like("rope", builder.norm(heads.key, "attn_k_norm", layer), positions);
      const inputs = builder.attention(layer).span === "full" ? full : window;
      let mixed = attend(builder, { query: like("scale", query), key, value: heads.value }, inputs, layer, { order });
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        residual = getRows(residual, outputRows);
      }
      const inner = like("add", builder.norm(mixed, "post_attention_norm", layer), residual);
      const fed = denseFeedForward(builder, builder.norm(inner, "ffn_norm", layer), layer);
      // the engine gives this norm no layer, so it is not pinned
      x = like("add", builder.norm(fed, "post_ffw_norm", layer, false), inner);
    });
    return outputLogits(builder, x);
  },
};

import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder } from "./decoder.ts";

/** Gemma 2 (src/models/gemma2.cpp): scores and logits within bounds, norms before and after both halves of a layer. */
export const gemma2: Architecture = {
  name: "gemma2",
  build: (builder) =>
    plainDecoder(
      builder,
      (heads, positions) => ({
        ...heads,
        query: like("scale", like("rope", heads.query, positions)),
        key: like("rope", heads.key, positions),
      }),
      {
        scaled: "constant",
        attention: () => ({ softCap: true }),
        normAfterAttention: "post_attention_norm",
        // the engine gives this norm no layer, so it is not pinned
        normAfterFeedForward: { name: "post_ffw_norm", pinned: false },
        finish: (logits) => like("scale", like("unary", like("scale", logits))),
      },
    ),
};

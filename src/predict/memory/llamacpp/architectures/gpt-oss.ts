import type { Architecture } from "./architecture.ts";
import { plainDecoder } from "./decoder.ts";
import { turned } from "./rope.ts";

/** gpt-oss (src/models/openai-moe.cpp): attention sinks, biases everywhere, windows on every other layer. */
export const gptOss: Architecture = {
  name: "gpt-oss",
  build: (builder) =>
    plainDecoder(builder, (heads, positions, layer) => turned(builder, heads, positions, layer), {
      attention: (layer) => ({ sinks: builder.optional("attn_sinks", layer) }),
      normBeforeFeedForward: "post_attention_norm",
      routing: { gating: "softmax-of-chosen", normalized: false },
      rowsAtEnd: "before norm",
    }),
};

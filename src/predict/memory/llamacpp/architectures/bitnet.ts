import type { Architecture } from "./architecture.ts";
import { plainDecoder } from "./decoder.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { turned } from "./rope.ts";

/** BitNet b1.58 (src/models/bitnet.cpp): norms before the last matrix of attention and of the feed-forward part. */
export const bitnet: Architecture = {
  name: "bitnet",
  sharesEmbedding: true,
  build: (builder) =>
    plainDecoder(builder, (heads, positions, layer) => turned(builder, heads, positions, layer), {
      attention: (layer) => ({ beforeOutput: (mixed) => builder.norm(mixed, "attn_sub_norm", layer) }),
      feedForward: (x, layer) => denseFeedForward(builder, x, layer, { norm: "ffn_sub_norm" }),
      output: "token_embd",
    }),
};

import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder } from "./decoder.ts";

/** Llama 1 to 3, Mistral, Mixtral, SmolLM and many others (src/models/llama.cpp; layers without rope as in smollm3.cpp). */
export const llama: Architecture = {
  name: "llama",
  build: (builder) =>
    plainDecoder(builder, (heads, positions, layer) => {
      if (builder.attention(layer).rope === false) return heads;
      const factors = builder.shared("rope_freqs", layer);
      const query = like("rope", heads.query, positions, factors);
      return { ...heads, query, key: like("rope", heads.key, positions, factors) };
    }),
};

import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder } from "./decoder.ts";

/** MiMo 2 (src/models/mimo2.cpp): sinks and more key-value heads in windows, values shorter than keys, attention's result scaled. */
export const mimo2: Architecture = {
  name: "mimo2",
  build: (builder) =>
    plainDecoder(
      builder,
      (heads, positions) => ({
        ...heads,
        query: like("rope", heads.query, positions),
        key: like("rope", heads.key, positions),
      }),
      {
        attention: (layer) => ({ sinks: builder.optional("attn_sinks", layer) }),
        afterAttention: (mixed) => like("scale", mixed),
        routing: { gating: "sigmoid", normalized: true },
      },
    ),
};

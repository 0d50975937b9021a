import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";

/** Qwen 2 and 2.5 (src/models/qwen2.cpp): biases of queries, keys and values come with the weights. */
export const qwen2: Architecture = {
  name: "qwen2",
  build: (builder) =>
    plainDecoder(builder, (heads, positions) => ({
      ...heads,
      query: like("rope", heads.query, positions),
      key: like("rope", heads.key, positions),
    })),
};

/** Qwen 3 (src/models/qwen3.cpp): norms of queries and keys, head by head. */
export const qwen3: Architecture = { name: "qwen3", build: (builder) => normedHeads(builder) };

/** Qwen 3 with experts (src/models/qwen3moe.cpp). */
export const qwen3moe: Architecture = { name: "qwen3moe", build: (builder) => normedHeads(builder) };

/** Qwen 3 VL (src/models/qwen3vl.cpp), with image embeddings added to several layers, and the same with experts (qwen3vlmoe.cpp). */
export const qwen3vl: Architecture = { name: "qwen3vl", build: (builder) => normedHeads(builder) };
export const qwen3vlmoe: Architecture = { name: "qwen3vlmoe", build: (builder) => normedHeads(builder) };

/** Ling and Ring 2 (src/models/bailingmoe2.cpp). */
export const bailingMoe2: Architecture = {
  name: "bailingmoe2",
  build: (builder) => normedHeads(builder, { routing: { normalized: "as-file" } }),
};

function normedHeads(builder: GraphBuilder, parts: DecoderParts = {}): ReturnType<Architecture["build"]> {
  return plainDecoder(
    builder,
    (heads, positions, layer) => ({
      ...heads,
      query: like("rope", builder.norm(heads.query, "attn_q_norm", layer), positions),
      key: like("rope", builder.norm(heads.key, "attn_k_norm", layer), positions),
    }),
    parts,
  );
}

import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";
import { normedAndTurned, normedHeads, turned } from "./rope.ts";

/** Biases of queries, keys and values come with the weights. */
function roped(name: string, parts: DecoderParts = {}): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(
        builder,
        (heads, positions) => ({
          ...heads,
          query: like("rope", heads.query, positions),
          key: like("rope", heads.key, positions),
        }),
        parts,
      ),
  };
}

/** Qwen 2 and 2.5 (src/models/qwen2.cpp), and the same with images (qwen2vl.cpp). */
export const qwen2 = roped("qwen2");
export const qwen2vl = roped("qwen2vl");

/** Qwen 1.5 and 2 with experts (src/models/qwen2moe.cpp). */
export const qwen2moe = roped("qwen2moe", {
  routing: { gating: "softmax", normalized: false, sharedGate: "divided" },
});

/** Norms of queries and keys, head by head, before they are turned. */
function normed(name: string, parts: DecoderParts = {}): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(builder, (heads, positions, layer) => normedAndTurned(builder, heads, positions, layer), parts),
  };
}

/** Qwen 3 (src/models/qwen3.cpp). */
export const qwen3 = normed("qwen3");

/** Qwen 3 with experts (src/models/qwen3moe.cpp). */
export const qwen3moe = normed("qwen3moe");

/** Qwen 3 VL (src/models/qwen3vl.cpp), with image embeddings added to several layers, and the same with experts (qwen3vlmoe.cpp). */
export const qwen3vl = normed("qwen3vl");
export const qwen3vlmoe = normed("qwen3vlmoe");

/** Ling and Ring 2 (src/models/bailingmoe2.cpp). */
export const bailingMoe2 = normed("bailingmoe2", { routing: { normalized: "as-file" } });

/** dots.llm1 (src/models/dots1.cpp). */
export const dots1 = normed("dots1", { routing: { normalized: "as-file" } });

/** GLM 4.5 to 4.7 and Solar Open (src/models/glm4-moe.cpp): the smaller ones have no norms of queries and keys. */
export const glm4Moe = normed("glm4moe", {
  normBeforeFeedForward: "post_attention_norm",
  routing: { usualGating: "sigmoid", normalized: "as-file" },
});

/** EXAONE 4 (src/models/exaone4.cpp): norms only behind attention and the feed-forward part; full layers beside windows have no positions. */
export const exaone4 = normed("exaone4", {
  normsBefore: false,
  normAfterAttention: "post_attention_norm",
  // the engine gives this norm no layer, so it is not pinned
  normAfterFeedForward: { name: "post_ffw_norm", pinned: false },
});

/** K-EXAONE (src/models/exaone-moe.cpp). */
export const exaoneMoe = normed("exaone-moe", { routing: { normalized: "as-file" } });

/** Hunyuan 3 (src/models/hy-v3.cpp). */
export const hyV3 = normed("hy_v3", {
  routing: { usualGating: "sigmoid", normalized: "as-file" },
  rowsAtEnd: "behind norm",
});

/** Apertus (src/models/apertus.cpp): no gate in the feed-forward part. */
export const apertus = normed("apertus");

/** Turned first, then normed: Hunyuan, dense (src/models/hunyuan-vl.cpp) and with experts (hunyuan-moe.cpp). */
function turnedFirst(name: string, parts: DecoderParts = {}): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(
        builder,
        (heads, positions, layer) => normedHeads(builder, turned(builder, heads, positions, layer), layer),
        parts,
      ),
  };
}

export const hunyuanDense = turnedFirst("hunyuan-dense");
export const hunyuanMoe = turnedFirst("hunyuan-moe", { routing: { gating: "softmax", normalized: true } });

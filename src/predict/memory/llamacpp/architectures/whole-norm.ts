import { like, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";

// Models that norm queries and keys over all heads together.

function wholeNormed(name: string, parts: DecoderParts): Architecture {
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
        { ...parts, project },
      ),
  };
}

function project(builder: GraphBuilder, x: GraphTensor, layer: number): Heads {
  const { heads, kvHeads, keyLength, valueLength } = builder.attention(layer);
  const tokens = x.shape[1];
  const query = builder.norm(builder.project(x, "attn_q", layer), "attn_q_norm", layer);
  const key = builder.norm(builder.project(x, "attn_k", layer), "attn_k_norm", layer);
  return {
    query: reshape(query, [keyLength, heads, tokens]),
    key: reshape(key, [keyLength, kvHeads, tokens]),
    value: reshape(builder.project(x, "attn_v", layer), [valueLength, kvHeads, tokens]),
  };
}

/** OLMoE (src/models/olmoe.cpp): experts' weights are left as the softmax gave them. */
export const olmoe = wholeNormed("olmoe", { routing: { gating: "softmax", normalized: false } });

/** MiniMax M2 (src/models/minimax-m2.cpp). */
export const minimaxM2 = wholeNormed("minimax-m2", { routing: { normalized: true } });

/** OLMo 2 and 3 (src/models/olmo2.cpp): norms only behind attention and the feed-forward part. */
export const olmo2 = wholeNormed("olmo2", {
  normsBefore: false,
  normAfterAttention: "post_attention_norm",
  // the engine gives this norm no layer, so it is not pinned
  normAfterFeedForward: { name: "post_ffw_norm", pinned: false },
});

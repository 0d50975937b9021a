import { like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { plainDecoder, type DecoderParts } from "./decoder.ts";
import { turned } from "./rope.ts";

/** A plain decoder with rope on queries and keys. */
function roped(name: string, parts: DecoderParts = {}): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(builder, (heads, positions, layer) => turned(builder, heads, positions, layer), parts),
  };
}

/** Llama 1 to 3, Mistral, Mixtral, SmolLM and many others (src/models/llama.cpp; layers without rope as in smollm3.cpp). */
export const llama = roped("llama");

/** Mistral 3 (src/models/mistral3.cpp): in some models queries are multiplied by a factor for their position. */
export const mistral3: Architecture = {
  name: "mistral3",
  build: (builder) => {
    const factors = builder.queryFactors();
    return plainDecoder(builder, (heads, positions, layer) => {
      const { query, ...rest } = turned(builder, heads, positions, layer);
      return { ...rest, query: factors === undefined ? query : like("mul", query, factors) };
    });
  },
};

/** Seed-OSS (src/models/seed-oss.cpp): its norm before the feed-forward part goes by another name. */
export const seedOss = roped("seed_oss", { normBeforeFeedForward: "post_attention_norm" });

/** Ernie 4.5 with experts (src/models/ernie4-5-moe.cpp). */
export const ernie45Moe = roped("ernie4_5-moe", { routing: { gating: "softmax", normalized: true } });

/** Ernie 4.5 (src/models/ernie4-5.cpp). */
export const ernie45 = roped("ernie4_5");

/** EXAONE 3 (src/models/exaone.cpp), InternLM 2 (internlm2.cpp), SmolLM 3 (smollm3.cpp), GLM 3 and 4 of 2024 (chatglm.cpp). */
export const exaone = roped("exaone");
export const internlm2 = roped("internlm2");
export const smollm3 = roped("smollm3");
export const chatglm = roped("chatglm");

/** Arcee (src/models/arcee.cpp): no gate, the activation is squared. */
export const arcee = roped("arcee", { activation: "squared" });

/** Ling of 2025 (src/models/bailingmoe.cpp). */
export const bailingMoe = roped("bailingmoe", { routing: { gating: "softmax", normalized: "as-file" } });

/** GLM 4 (src/models/glm4.cpp): norms before and after both halves of a layer. */
export const glm4 = roped("glm4", {
  normAfterAttention: "post_attention_norm",
  normAfterFeedForward: { name: "post_ffw_norm", pinned: true },
});

const GRANITE = {
  scaled: "constant",
  scaledResiduals: true,
  routing: { gating: "softmax", normalized: true },
  finish: (logits) => like("scale", logits),
} satisfies DecoderParts;

/** Granite 3 and 4.1, and Granite 3 with experts (src/models/granite.cpp): embeddings, residuals and logits scaled. */
export const granite = roped("granite", GRANITE);
export const graniteMoe = roped("granitemoe", GRANITE);

/** MiniCPM (src/models/minicpm.cpp): the same graph. */
export const minicpm = roped("minicpm", GRANITE);

/** Queries are scaled before attention. */
function queryScaled(name: string, parts: DecoderParts): Architecture {
  return {
    name,
    build: (builder) =>
      plainDecoder(
        builder,
        (heads, positions, layer) => {
          const { query, ...rest } = turned(builder, heads, positions, layer);
          return { ...rest, query: like("scale", query) };
        },
        parts,
      ),
  };
}

/** Phi 3 and 4 (src/models/phi3.cpp), and Phi 3.5 with experts (phimoe.cpp). */
export const phi3 = queryScaled("phi3", { residualFirst: true });
export const phimoe = queryScaled("phimoe", {
  residualFirst: true,
  routing: { gating: "softmax", normalized: true },
});

/** Gemma 1 (src/models/gemma.cpp). */
export const gemma = queryScaled("gemma", { scaled: "constant" });

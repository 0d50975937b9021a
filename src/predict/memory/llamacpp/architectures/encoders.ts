import type { Architecture } from "./architecture.ts";
import { normedAcross, postNormEncoder, preNormEncoder, turnedBare, type EncoderParts } from "./encoder.ts";
import { gemmaEmbedding } from "./gemma-embedding.ts";
import { turned } from "./rope.ts";

const shared = { sharesEmbedding: true } as const;

function bertLike(name: string, parts: EncoderParts): Architecture {
  return { name, ...shared, build: (builder) => postNormEncoder(builder, parts) };
}

const roped: EncoderParts = {
  turn: (builder, heads, positions, layer) => turnedBare(normedAcross(builder, heads, layer), positions!),
};

/** BERT, RoBERTa and XLM-RoBERTa: positions are embeddings. */
const bert = bertLike("bert", { turn: (builder, heads, _, layer) => normedAcross(builder, heads, layer) });

/** Jina 2: positions only slope the scores (ALiBi), so that they are no input of the graph. */
const jinaBert2 = bertLike("jina-bert-v2", {
  turn: (builder, heads, _, layer) => normedAcross(builder, heads, layer),
  positions: false,
});

/** Llama that looks both ways (src/models/llama.cpp, `graph<true>`): it has a cache, which its graph does not use. */
const llamaEmbed: Architecture = {
  name: "llama-embed",
  build: (builder) =>
    preNormEncoder(builder, "rms_norm", "output_norm", (heads, positions, layer) =>
      turned(builder, heads, positions, layer),
    ),
};

/** Encoders: no cache, tokens of a batch see each other, what comes out is a row a token. */
export const ENCODERS: readonly Architecture[] = [
  bert,
  jinaBert2,
  bertLike("jina-bert-v3", roped),
  bertLike("nomic-bert", roped),
  bertLike("nomic-bert-moe", roped),
  { name: "modern-bert", ...shared, build: (builder) => preNormEncoder(builder, "norm", "output_norm") },
  { name: "neo-bert", ...shared, build: (builder) => preNormEncoder(builder, "rms_norm", "enc.output_norm") },
  { name: "eurobert", ...shared, build: (builder) => preNormEncoder(builder, "rms_norm", "output_norm") },
  gemmaEmbedding,
  llamaEmbed,
];

import type { Geometry } from "../../../facts/model/index.ts";

/** Two layers of a llama: small enough to be written and loaded in a test. */
export const TINY_GEOMETRY: Geometry = {
  architecture: "llama",
  name: "Tiny random llama",
  embeddingLength: 64,
  vocabularySize: 320,
  contextLength: 4096,
  tiedEmbeddings: false,
  layers: Array.from({ length: 2 }, () => ({
    kind: "trunk" as const,
    mixer: { kind: "attention" as const, span: "full" as const, heads: 2, kvHeads: 1, keyLength: 32, valueLength: 32 },
    feedForward: { kind: "dense" as const, length: 128, gated: true },
  })),
};

import type { OllamaEra } from "./era.ts";

const GIB = 2 ** 30;

/** Thresholds are a GiB under the cards' names, which never quite have what they are called by. */
const TIERS = [
  { fromBytes: 47 * GIB, tokens: 262_144 },
  { fromBytes: 23 * GIB, tokens: 32_768 },
  { fromBytes: 0, tokens: 4096 },
] as const;

const ONE_AT_A_TIME = [
  "mllama",
  "qwen3vl",
  "qwen3vlmoe",
  "qwen35",
  "qwen35moe",
  "qwen3next",
  "lfm2",
  "lfm2moe",
  "nemotron_h",
  "nemotron_h_moe",
] as const;

/** By version, oldest first. */
export const OLLAMA_ERAS: readonly OllamaEra[] = [
  {
    id: "own-engines",
    title: "its own engine, or llama.cpp inside it",
    since: [0, 14, 0],
    build: "2025",
    buildName: "ec98e2002",
    ownEngine: [
      "bert",
      "deepseek2",
      "deepseekocr",
      "gemma3",
      "gemma3n",
      "gptoss",
      "gpt-oss",
      "llama4",
      "mistral3",
      "mllama",
      "nemotron_h",
      "nemotron_h_moe",
      "nomic-bert",
      "olmo3",
      "qwen25vl",
      "qwen3",
      "qwen3moe",
      "qwen35",
      "qwen35moe",
      "qwen3next",
      "qwen3vl",
      "qwen3vlmoe",
      "glm4moelite",
      "glmocr",
      "lfm2",
      "lfm2moe",
    ],
    contextTiers: TIERS,
    batches: [{ aboveContext: 0, tokens: 512 }],
    oneAtATime: ONE_AT_A_TIME,
    cacheTypes: ["f16", "q8_0", "q4_0"],
    cacheTypeNeedsFlash: true,
    psCounts: "weights and cache",
    mapsOnProcessor: false,
    source:
      "Ollama v0.17.4: server/routes.go (tiers), server/sched.go (parallel), llm/server.go (engines, cache types), api/types.go (batch); built and run",
    evidence: "run",
  },
  {
    id: "llama-server",
    title: "a llama-server of its own",
    since: [0, 30, 0],
    build: "b10488",
    buildName: "b10488",
    ownEngine: [],
    contextTiers: TIERS,
    batches: [
      { aboveContext: 32_768, tokens: 2048 },
      { aboveContext: 4096, tokens: 1024 },
      { aboveContext: 0, tokens: 512 },
    ],
    oneAtATime: ONE_AT_A_TIME,
    cacheTypes: ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"],
    cacheTypeNeedsFlash: true,
    psCounts: "every buffer",
    mapsOnProcessor: true,
    source:
      "ollama/ollama pull request 16031 (merged in May 2026, in 0.30 by issue 16417); source of 2026-08-21, which pins llama.cpp b10488",
    evidence: "read",
  },
];

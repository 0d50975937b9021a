import { modelDraft, type Geometry } from "../../../../facts/model/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppBuild } from "../../../../facts/runtime/index.ts";
import type { Device } from "../../../../facts/hardware/index.ts";
import { writeGguf, type Tensor } from "../../../../facts/weights/index.ts";
import type { LlamaCppQuestion } from "../question.ts";

// Models and devices that tests of this folder share: the dimensions of two small public models.

export interface TestModel {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

function model(geometry: Geometry, typeOf: (name: string) => string): TestModel {
  return { geometry, tensors: writeGguf(modelDraft(geometry, typeOf)).tensors };
}

/** SmolLM2-135M with Q4_1 matrices and a Q8_0 embedding. */
export const SMOLLM2 = model(
  {
    architecture: "llama",
    embeddingLength: 576,
    vocabularySize: 49_152,
    contextLength: 8192,
    tiedEmbeddings: true,
    layers: Array.from({ length: 30 }, () => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 9, kvHeads: 3, keyLength: 64, valueLength: 64 },
      feedForward: { kind: "dense", length: 1536, gated: true },
    })),
  },
  (name) => (name === "token_embd.weight" ? "Q8_0" : "Q4_1"),
);

/** Gemma 3 270M with Q8_0 matrices. */
export const GEMMA3 = model(
  {
    architecture: "gemma3",
    embeddingLength: 640,
    vocabularySize: 262_144,
    contextLength: 32_768,
    tiedEmbeddings: true,
    layers: Array.from({ length: 18 }, (_, layer) => ({
      kind: "trunk",
      mixer: {
        kind: "attention",
        ...(layer % 6 < 5 ? { span: "sliding", window: 512 } : { span: "full" }),
        heads: 4,
        kvHeads: 1,
        keyLength: 256,
        valueLength: 256,
      },
      feedForward: { kind: "dense", length: 2048, gated: true },
    })),
  },
  () => "Q8_0",
);

/** A small model of six layers with eight experts each, two used. */
export const EXPERTS = model(
  {
    architecture: "llama",
    embeddingLength: 1024,
    vocabularySize: 32_000,
    contextLength: 8192,
    tiedEmbeddings: false,
    layers: Array.from({ length: 6 }, () => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 16, kvHeads: 4, keyLength: 64, valueLength: 64 },
      feedForward: {
        kind: "experts",
        experts: 8,
        expertsUsed: 2,
        expertLength: 2048,
        sharedLength: 0,
        denseSideLength: 0,
      },
    })),
  },
  () => "Q4_K",
);

/** NVIDIA cards of 80 GiB. */
export function cards(count: number): Device[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `card-${index}`,
    name: "card",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: 80 * 2 ** 30,
    freeBytes: 80 * 2 ** 30,
  }));
}

/** Mesa's software device: at most 128 MiB in one storage buffer. */
export function softwareDevices(count: number): Device[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `Vulkan${index}`,
    name: "llvmpipe",
    vendor: "generic",
    backend: "vulkan",
    memoryKind: "discrete",
    freeBytes: 2 ** 31,
    limits: {
      maxAllocationBytes: 2 ** 31,
      maxStorageBufferBytes: 2 ** 27,
      maxBufferBytes: 2 ** 32 - 1,
      offsetAlignmentBytes: 16,
      hostAlignmentBytes: 64,
    },
  }));
}

export function build(id: string): LlamaCppBuild {
  return LLAMACPP_BUILDS.find((row) => row.id === id)!;
}

/** A question to the embedded engine, changed where a test wants something else. */
export function question(
  { geometry, tensors }: TestModel,
  settings: Partial<LlamaCppQuestion["settings"]> = {},
  more: Partial<LlamaCppQuestion> = {},
): LlamaCppQuestion {
  return {
    geometry,
    tensors,
    build: build("v0.4.0"),
    caller: LLAMACPP_CALLERS["node-llama-cpp"],
    devices: [],
    cpuFeatures: ["avx2"],
    settings: {
      context: 2048,
      sequences: 1,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: "auto",
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
      ...settings,
    },
    ...more,
  };
}

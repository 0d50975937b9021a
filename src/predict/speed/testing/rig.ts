import type { Device, Host } from "../../../facts/hardware/index.ts";
import { draftTensors, type Geometry } from "../../../facts/model/index.ts";
import { rowBytes, tensorType, type Tensor } from "../../../facts/weights/index.ts";
import type { PaceInput } from "../index.ts";

export const HOST: Host = {
  cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
  ramBytes: 192e9,
  availableBytes: 180e9,
  swapBytes: 0,
  bandwidthBytesPerSec: 60e9,
  os: "linux",
  arch: "x64",
};

/** A card made up near the middle of those sold. */
export const CARD: Device = {
  id: "GPU-0",
  name: "Card",
  vendor: "nvidia",
  backend: "cuda",
  memoryKind: "discrete",
  family: "Ada",
  bandwidthBytesPerSec: 800e9,
  flopsPerSec: 150e12,
  int8OpsPerSec: 300e12,
  shaderFlopsPerSec: 40e12,
  boardWatts: 300,
  slotBytesPerSec: 31.5e9,
};

/** 32 layers of 64 experts, four used. */
export const EXPERTS: Geometry = {
  architecture: "qwen3moe",
  embeddingLength: 2048,
  vocabularySize: 32000,
  contextLength: 32768,
  tiedEmbeddings: false,
  layers: Array.from({ length: 32 }, () => ({
    kind: "trunk",
    mixer: { kind: "attention", span: "full", heads: 16, kvHeads: 4, keyLength: 128, valueLength: 128 },
    feedForward: {
      kind: "experts",
      experts: 64,
      expertsUsed: 4,
      expertLength: 1024,
      sharedLength: 0,
      denseSideLength: 0,
    },
  })),
};

export function tensorsOf(geometry: Geometry, type = "Q4_K"): Tensor[] {
  return draftTensors(geometry, () => type).map((tensor) => ({
    ...tensor,
    file: 0,
    offset: 0,
    bytes: tensor.shape
      .slice(1)
      .reduce((rows, length) => rows * length, rowBytes(tensorType(tensor.type)!, tensor.shape[0]!)),
  }));
}

export function inputOf(geometry: Geometry, other: Partial<PaceInput> = {}): PaceInput {
  return {
    geometry,
    tensors: tensorsOf(geometry),
    host: HOST,
    devices: [CARD],
    placement: Array.from({ length: geometry.layers.length + 1 }, () => 0),
    threads: 8,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    microBatch: 512,
    ...other,
  };
}

import type { DeviceLimits } from "../../src/facts/hardware/index.ts";
import type { Geometry } from "../../src/facts/model/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../../src/facts/runtime/index.ts";
import type { Tensor } from "../../src/facts/weights/index.ts";
import { predictLlamaCpp, type MemoryPrediction } from "../../src/predict/memory/index.ts";
import { hostFeatures, vulkanDevices } from "./devices.ts";
import type { Setting } from "./draw.ts";

export interface SettingModel {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

/** What the embedded engine should allocate for a setting on this machine's Vulkan device. */
export function predictSetting(
  setting: Setting,
  { geometry, tensors }: SettingModel,
  limits: DeviceLimits,
): MemoryPrediction {
  const { context, sequences, batch, cacheTypeK, cacheTypeV, flashAttention, gpuLayers } = setting;
  return predictLlamaCpp({
    geometry,
    tensors,
    build: LLAMACPP_BUILDS.find((build) => build.id === "v0.4.0")!,
    caller: LLAMACPP_CALLERS["node-llama-cpp"],
    devices: vulkanDevices(setting.devices, limits),
    settings: {
      context: context * sequences,
      sequences,
      unifiedCache: false,
      batch,
      microBatch: batch,
      flashAttention,
      cacheTypeK,
      cacheTypeV,
      gpuLayers,
    },
    cpuFeatures: hostFeatures(),
  });
}

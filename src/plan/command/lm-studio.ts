import type { LlamaCppSettings } from "../../facts/runtime/index.ts";

/** A loadout as LM Studio is told it. */
export interface LmStudioLoadout {
  /** by the names of its SDK (`LLMLoadModelConfig`); its window calls them alike */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly commands: readonly string[];
}

export function lmStudioLoadout(options: {
  readonly settings: LlamaCppSettings;
  /** how it lists the model: `lms ls` */
  readonly model: string;
  readonly everyLayer: number;
  readonly hasDevices: boolean;
}): LmStudioLoadout {
  const { settings, model, everyLayer, hasDevices } = options;
  const { sequences, context, gpuLayers, expertLayersOnHost } = settings;
  const share = gpuLayers === "all" || gpuLayers >= everyLayer ? 1 : gpuLayers / everyLayer;
  const each = Math.floor(context / sequences);
  const gpu = !hasDevices || share === 0 ? "off" : share === 1 ? "max" : share.toFixed(2);
  return {
    settings: {
      contextLength: each,
      evalBatchSize: settings.microBatch,
      flashAttention: settings.flashAttention !== false,
      ...(hasDevices ? { "gpu.ratio": gpu, offloadKVCacheToGpu: settings.cacheOnHost !== true } : {}),
      ...(settings.cacheTypeK === "f16" ? {} : { llamaKCacheQuantizationType: settings.cacheTypeK }),
      ...(settings.cacheTypeV === "f16" ? {} : { llamaVCacheQuantizationType: settings.cacheTypeV }),
      ...(sequences > 1 ? { maxParallelPredictions: sequences, useUnifiedKvCache: false } : {}),
      ...(expertLayersOnHost === undefined
        ? {}
        : { "gpu.numCpuExpertLayersRatio": ratio(expertLayersOnHost, everyLayer) }),
    },
    commands: [`lms load ${model} --context-length ${each} --gpu ${gpu}`],
  };
}

function ratio(layers: number | "all", everyLayer: number): string {
  return layers === "all" ? "max" : (layers / (everyLayer - 1)).toFixed(2);
}

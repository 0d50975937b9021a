import { embedsTexts, readsWhole, type Geometry } from "../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";

/**
 * Settings as a model that makes vectors of texts runs them: vectors are asked for, and where a text has to be read in one step,
 * the micro-batch is as long as the context of one. Those of other models are left as they are.
 */
export function forTexts(
  geometry: Pick<Geometry, "cacheless" | "pooling">,
  settings: LlamaCppSettings,
  microBatch?: number,
): LlamaCppSettings {
  if (!embedsTexts(geometry)) return settings;
  const each = settings.context / settings.sequences;
  const least = readsWhole(geometry) ? each : Math.min(each, settings.microBatch);
  // the engine ends where it takes a mean over a step that the sequences do not divide
  const step = microBatch ?? Math.ceil(least / settings.sequences) * settings.sequences;
  // heads of small encoders are shorter than kernels of flash attention take: the engine finds out, and the device keeps attention
  const flashAttention = settings.flashAttention === true ? "auto" : settings.flashAttention;
  return {
    ...settings,
    flashAttention,
    embeddings: true,
    pooling: geometry.pooling ?? "mean",
    batch: step,
    microBatch: step,
  };
}

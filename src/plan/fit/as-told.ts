import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Choice } from "./choose.ts";
import type { Decision } from "./decision.ts";
import type { FitRequest } from "./request.ts";
import { weigh } from "./weigh.ts";

/** Settings a person wrote down whole: nothing is chosen, they are weighed as they are. */
export function asTold(request: FitRequest, settings: LlamaCppSettings, threads: number): Choice {
  const weighed = weigh(request, settings);
  const cells = settings.context === 0 ? request.geometry.contextLength : settings.context;
  const context = settings.unifiedCache ? cells : Math.floor(cells / settings.sequences);
  const { cacheTypeK, cacheTypeV, gpuLayers } = settings;
  const told = (setting: string, value: string | number): Decision => ({
    setting,
    value,
    because: "as told",
    asked: true,
  });
  const every = request.geometry.layers.length + 1;
  const decisions = [
    told("users", settings.sequences),
    told("context", context),
    told("micro-batch", settings.microBatch),
    told("kv type", cacheTypeK === cacheTypeV ? cacheTypeK : `${cacheTypeK}, ${cacheTypeV}`),
    told("layers on device", gpuLayers === "all" ? every : Math.min(gpuLayers, every)),
    told("threads", threads),
  ];
  return { ...weighed, users: settings.sequences, context, threads, decisions };
}

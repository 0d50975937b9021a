import { overridesOf } from "../../facts/runtime/index.ts";
import type { PaceInput } from "../../predict/speed/index.ts";
import type { Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";

/** What the speed model is asked for a choice. */
export function paceInput(request: FitRequest, choice: Pick<Choice, "settings" | "threads">): PaceInput {
  const { settings } = choice;
  const { cacheOnHost, opOffload, flashAttention } = settings;
  return {
    geometry: request.geometry,
    tensors: request.tensors,
    host: request.rig.host,
    devices: request.rig.devices,
    placement: request.placement(settings),
    threads: choice.threads,
    cacheTypeK: settings.cacheTypeK,
    cacheTypeV: settings.cacheTypeV,
    microBatch: settings.microBatch,
    overrides: overridesOf(settings),
    flashAttention,
    ...(cacheOnHost === undefined ? {} : { cacheOnHost }),
    ...(opOffload === undefined ? {} : { opOffload }),
    ...(request.rig.links ? { links: request.rig.links } : {}),
    ...(request.calibration ? { calibration: request.calibration } : {}),
  };
}

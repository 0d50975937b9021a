import { overridesOf } from "../../facts/runtime/index.ts";
import type { PaceInput } from "../../predict/speed/index.ts";
import type { Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";

/** What the speed model is asked for a choice. */
export function paceInput(request: FitRequest, choice: Pick<Choice, "settings" | "threads">): PaceInput {
  const { settings, threads } = choice;
  const { rig } = request;
  return {
    geometry: request.geometry,
    tensors: request.tensors,
    host: rig.host,
    devices: rig.devices,
    ...(rig.links ? { links: rig.links } : {}),
    placement: request.placement(settings),
    overrides: overridesOf(settings),
    threads,
    cacheTypeK: settings.cacheTypeK,
    cacheTypeV: settings.cacheTypeV,
    cacheOnHost: settings.cacheOnHost ?? false,
    opOffload: settings.opOffload ?? true,
    flashAttention: settings.flashAttention,
    microBatch: settings.microBatch,
    ...(request.calibration ? { calibration: request.calibration } : {}),
  };
}

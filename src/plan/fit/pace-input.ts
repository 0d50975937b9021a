import type { PaceInput } from "../../predict/speed/index.ts";
import type { Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";

/** What the speed model is asked for a choice. */
export function paceInput(request: FitRequest, choice: Pick<Choice, "settings" | "threads">): PaceInput {
  const { expertLayersOnHost } = choice.settings;
  const { host } = request.rig;
  const bandwidthBytesPerSec = request.calibration?.hostBandwidthBytesPerSec ?? host.bandwidthBytesPerSec;
  return {
    ...(expertLayersOnHost === undefined
      ? {}
      : { expertLayersOnHost: expertLayersOnHost === "all" ? request.geometry.layers.length : expertLayersOnHost }),
    geometry: request.geometry,
    tensors: request.tensors,
    host: bandwidthBytesPerSec === undefined ? host : { ...host, bandwidthBytesPerSec },
    devices: request.rig.devices,
    placement: request.placement(choice.settings),
    threads: choice.threads,
    cacheTypeK: choice.settings.cacheTypeK,
    cacheTypeV: choice.settings.cacheTypeV,
    microBatch: choice.settings.microBatch,
    ...(request.calibration ? { calibration: request.calibration } : {}),
  };
}

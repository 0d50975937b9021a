import { overridesOf } from "../../facts/runtime/index.ts";
import type { PaceInput } from "../../predict/speed/index.ts";
import type { Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";

/** What the speed model is asked for a choice; where it was weighed, weights that find no room in RAM come from the disk. */
export function paceInput(
  request: FitRequest,
  choice: Pick<Choice, "settings" | "threads"> & Partial<Pick<Choice, "now" | "prediction">>,
): PaceInput {
  const { settings, threads, now, prediction } = choice;
  const { rig, calibration } = request;
  const { host } = rig;
  const bandwidthBytesPerSec = calibration?.hostBandwidthBytesPerSec ?? host.bandwidthBytesPerSec;
  return {
    geometry: request.geometry,
    tensors: request.tensors,
    // the factors of a calibration belong to predictions made with its bandwidth
    host: bandwidthBytesPerSec === undefined ? host : { ...host, bandwidthBytesPerSec },
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
    ...(now && prediction ? { fromDiskBytes: bytesFromDisk({ now, prediction }) } : {}),
    ...(request.diskBytesPerSec === undefined ? {} : { diskBytesPerSec: request.diskBytesPerSec }),
    ...(calibration ? { calibration } : {}),
  };
}

/**
 * Mapped weights that find no room in RAM and are read again in every step. Pages of weights that were rearranged for the processor
 * are dropped as well, and not missed: what is read is the rearranged copy.
 */
export function bytesFromDisk({ now, prediction }: Pick<Choice, "now" | "prediction">): number {
  const host = now.places.find(({ place }) => place === "host");
  if (host?.verdict !== "runs from disk" || prediction.kind === "rejected") return 0;
  const { repacked = 0 } = prediction.places.find(({ place }) => place === "host")?.terms ?? {};
  return Math.max(0, Math.min(host.mapped, -host.margin) - repacked);
}

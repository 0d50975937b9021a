import { overridesOf } from "../../facts/runtime/index.ts";
import type { PaceInput } from "../../predict/speed/index.ts";
import type { Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";
import type { Verdict } from "./verdict.ts";

/** What the speed model is asked for a choice; where it was weighed, weights that find no room in RAM come from the disk. */
export function paceInput(
  request: FitRequest,
  choice: Pick<Choice, "settings" | "threads"> & Partial<Pick<Choice, "now">>,
): PaceInput {
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
    ...(choice.now === undefined ? {} : { fromDiskBytes: bytesFromDisk(choice.now) }),
    ...(request.calibration ? { calibration: request.calibration } : {}),
  };
}

/** Mapped weights of the host beyond its RAM. */
export function bytesFromDisk({ places }: Verdict): number {
  const host = places.find(({ place }) => place === "host");
  return host?.verdict === "runs from disk" ? Math.min(host.mapped, Math.max(0, -host.margin)) : 0;
}

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
    ...(choice.now === undefined ? {} : { fromDiskBytes: fromDiskBytes(choice.now) }),
    ...(request.rig.links ? { links: request.rig.links } : {}),
    ...(request.calibration ? { calibration: request.calibration } : {}),
  };
}

/** Mapped weights of the host beyond its RAM. */
export function fromDiskBytes({ places }: Verdict): number {
  const host = places.find(({ place }) => place === "host");
  return host?.verdict === "runs from disk" ? -host.margin : 0;
}

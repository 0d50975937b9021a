import type { Device } from "../../facts/hardware/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import type { JobEnergy } from "./offload-rung.ts";

/**
 * Energy of a job: devices at their power limit (else their board's power) while they work, the host at what a person says it
 * draws. Neither a device's draw while it waits nor a host's that nobody named is known, so neither is counted.
 */
export function jobEnergy(
  devices: readonly Device[],
  parts: readonly { readonly seconds: number; readonly pace: Pace }[],
  hostWatts: number | undefined,
): JobEnergy {
  const total = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const busy = parts.reduce((sum, { seconds, pace }) => sum + seconds * (pace.workers?.device ?? 1), 0);
  const watts = devices.map(({ powerLimitWatts, boardWatts }) => powerLimitWatts ?? boardWatts);
  const known = watts.filter((each) => each !== undefined);
  // layers of several devices work in turn: while one does, the others wait
  const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
  return {
    deviceBusySeconds: busy,
    ...(known.length > 0 && known.length === watts.length ? { deviceJoules: busy * mean } : {}),
    ...(hostWatts === undefined ? {} : { hostJoules: total * hostWatts }),
  };
}

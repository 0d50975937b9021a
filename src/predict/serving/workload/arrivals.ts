import { exponential, gamma } from "./chance.ts";

/** When requests come that do not wait for one another. `burstiness` is the gamma shape of the gaps: 1 is Poisson, below 1 comes in bursts. */
export type Arrivals =
  | { readonly kind: "poisson"; readonly ratePerSec: number }
  | { readonly kind: "gamma"; readonly ratePerSec: number; readonly burstiness: number }
  | { readonly kind: "constant"; readonly ratePerSec: number };

/** The next gap in milliseconds, mean 1000 / rate. Not rescaled to a wished end: a Poisson process stays one. */
export function gapMs(arrivals: Arrivals, random: () => number): number {
  const meanMs = 1000 / arrivals.ratePerSec;
  if (arrivals.kind === "constant") return meanMs;
  if (arrivals.kind === "poisson") return meanMs * exponential(random);
  return (meanMs / arrivals.burstiness) * gamma(arrivals.burstiness, random);
}

/** How long a plan is: until so many requests, or so long, whichever comes first. At least one is finite. */
export interface Extent {
  readonly requests?: number;
  readonly durationMs?: number;
}

/** Arrival times in ascending order, milliseconds from the start. The first comes after a gap too, as a process that was running would. */
export function arrivalTimes(arrivals: Arrivals, extent: Extent, random: () => number): number[] {
  const { requests = Infinity, durationMs = Infinity } = extent;
  const times: number[] = [];
  let atMs = 0;
  while (times.length < requests) {
    atMs += gapMs(arrivals, random);
    if (atMs >= durationMs) break;
    times.push(atMs);
  }
  return times;
}

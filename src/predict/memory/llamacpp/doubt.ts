import type { Session } from "./compute.ts";

/** Why a compute buffer is not known to the byte, and the interval around what is replayed. */
export interface Doubt {
  readonly because: string;
  /** factors of the interval's ends */
  readonly low: number;
  readonly high: number;
  around(bytes: number): readonly [low: number, value: number, high: number];
}

interface Factors {
  readonly low: number;
  readonly high: number;
  readonly because: string;
}

/**
 * A build newer than all that are known: as far as the buffers moved from August to October 2026 (519 settings, first to last
 * percent: 0.94 to 1.90 on devices, 1.06 to 2.33 on the host).
 */
const NEWER_DEVICE: Factors = { low: 0.94, high: 1.9, because: "the build is newer than the newest that is known" };
const NEWER_HOST: Factors = { ...NEWER_DEVICE, high: 2.33 };
/** Older than the oldest: forms of 2024 hold for it at best. */
const OLDER: Factors = { low: 0.5, high: 2, because: "the build is older than the oldest that is known" };
/** Rules read in a back end's source, its reordering of operations left out; one such log lies 1.6% off. */
const READ: Factors = { low: 0.9, high: 1.15, because: "" };

export function doubtOf(session: Session, place: "host" | number): Doubt | undefined {
  const factors = factorsOf(session, place);
  if (factors.length === 0) return undefined;
  const low = factors.reduce((product, each) => product * each.low, 1);
  const high = factors.reduce((product, each) => product * each.high, 1);
  return {
    because: factors.map((each) => each.because).join("; "),
    low,
    high,
    around: (bytes) => [Math.floor(bytes * low), bytes, Math.ceil(bytes * high)],
  };
}

function factorsOf({ standing, memories }: Session, place: "host" | number): Factors[] {
  const factors: Factors[] = [];
  if (standing === "newer") factors.push(place === "host" ? NEWER_HOST : NEWER_DEVICE);
  if (standing === "older") factors.push(OLDER);
  if (memories.notCompared.length > 0) {
    factors.push({ ...READ, because: `rules of ${memories.notCompared.join(", ")} read from source, not run` });
  }
  return factors;
}

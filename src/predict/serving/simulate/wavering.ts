import type { StepTimes } from "./step-times.ts";

/** Of so many equal parts of what was seen, the mean stands for each. */
const PARTS = 64;
/** gaps below which nothing is said of how they waver */
const FEWEST = 2 * PARTS;

/**
 * Steps that waver as those of a run did: each in which only tokens are drawn takes so many times as long as `times` says, picked by
 * chance from what was seen. The same moment of a run has the same chance, so that a seed gives the same run again.
 *
 * @param ratios of what steps took to their median, of steps alike
 */
export function wavering(times: StepTimes, ratios: readonly number[]): StepTimes {
  if (ratios.length < FEWEST) return times;
  const sorted = Float64Array.from(ratios).sort();
  const factors = Float64Array.from({ length: PARTS }, (_, part) => {
    const [from, to] = [part, part + 1].map((at) => Math.floor((at * sorted.length) / PARTS));
    return sorted.subarray(from, to).reduce((sum, ratio) => sum + ratio, 0) / (to! - from!);
  });
  return {
    ...times,
    stepMs(work) {
      const ms = times.stepMs(work);
      return work.promptTokens > 0 ? ms : ms * factors[chanceAt(work.atMs) % PARTS]!;
    },
  };
}

const BITS = new Float64Array(1);
const HALVES = new Uint32Array(BITS.buffer);

/** A number from 0 to 2^32 that looks like chance, of a moment's own bits. */
function chanceAt(atMs: number): number {
  BITS[0] = atMs;
  let hash = (HALVES[0]! ^ Math.imul(HALVES[1]!, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

import { formatPace } from "../../facts/units/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import { good, READING, type VerdictWord } from "../fit/index.ts";

/** Weights at hand with what was predicted for them on this rig. */
export interface Candidate {
  readonly name: string;
  readonly parameters: number;
  readonly verdict: VerdictWord;
  readonly decode?: Pace;
}

/** Somebody who reads along takes in this many tokens a second. */
export const READING_PACE = READING.decodePerSec;

/**
 * The best of what is at hand: of those that fit and keep up with reading even at the slow end of their band, the one with the
 * most parameters; if none keeps up, the fastest that fits. Undefined when nothing fits.
 */
export function bestAtHand<Row extends Candidate>(
  rows: readonly Row[],
): { readonly row: Row; readonly because: string } | undefined {
  const fitting = rows.filter(({ verdict }) => good(verdict));
  const quick = fitting.filter(({ decode }) => decode !== undefined && decode.low >= READING_PACE);
  const largest = quick.toSorted((a, b) => b.parameters - a.parameters)[0];
  if (largest) {
    const others = rows.length - 1;
    const among = others === 0 ? "the only weights here" : `the largest of ${rows.length} here that fits`;
    return {
      row: largest,
      because: `${among}, faster than reading (${formatPace(largest.decode!.low)} at the slow end)`,
    };
  }
  const fastest = fitting.toSorted((a, b) => (b.decode?.tokensPerSec ?? 0) - (a.decode?.tokensPerSec ?? 0))[0];
  return fastest && { row: fastest, because: "the fastest here that fits; it is slower than reading" };
}

import { good } from "../../fit/index.ts";
import type { RankedCard } from "./rank-cards.ts";

/** What "small" counts: memory bought, price by the file of prices, power under load. */
export type Size = "memory" | "price" | "power";

/** The smallest rig that is fast enough for everybody, and the smallest that only may be. */
export interface SmallestRig {
  readonly by: Size;
  /** tokens per second that each user gets at least, all at once, with full contexts */
  readonly pace: number;
  /** reaches it even at the slow end of its band */
  readonly sure?: RankedCard;
  /** smaller, and reaches it by the middle of its band */
  readonly likely?: RankedCard;
  /** where not even the largest is sure to: the fastest that holds the model */
  readonly fastest?: RankedCard;
  /** devices whose size is not known, so that they were not looked at */
  readonly unknown: number;
}

/** Of rows whose checks hold and that hold the whole model: the smallest; a tie goes to less power, then to more bandwidth. */
export function smallestOf(rows: readonly RankedCard[], pace: number, by: Size): SmallestRig {
  const whole = rows.filter(({ placed }) => placed.onCpu === undefined && good(placed.verdict) && placed.each);
  const sized = whole
    .flatMap((row) => {
      const size = sizeOf(row, by);
      return size === undefined ? [] : [{ row, size }];
    })
    .toSorted((a, b) => a.size - b.size || powerOf(a.row) - powerOf(b.row) || fasterFirst(a.row, b.row));
  const sure = sized.find(({ row }) => row.placed.each!.low >= pace);
  const likely = sized.find(({ row }) => row.placed.each!.tokensPerSec >= pace);
  const fastest = sure ? undefined : whole.toSorted(fasterFirst)[0];
  return {
    by,
    pace,
    ...(sure ? { sure: sure.row } : {}),
    ...(likely && likely !== sure ? { likely: likely.row } : {}),
    ...(fastest && fastest !== likely?.row ? { fastest } : {}),
    unknown: whole.length - sized.length,
  };
}

function sizeOf(row: RankedCard, by: Size): number | undefined {
  if (by === "memory") return row.sizeBytes * row.count;
  if (by === "power") return row.loadWatts;
  return row.price === undefined ? undefined : row.price.amount * row.count;
}

function powerOf({ loadWatts = Infinity }: RankedCard): number {
  return loadWatts;
}

function fasterFirst(one: RankedCard, other: RankedCard): number {
  return (other.placed.each?.tokensPerSec ?? 0) - (one.placed.each?.tokensPerSec ?? 0);
}

import type { Estimate } from "../../predict/estimate/index.ts";

export type VerdictWord = "fits" | "tight" | "runs from disk" | "does not fit";

/** One place's need against what it has. Bytes. */
export interface PlaceBalance {
  readonly place: "host" | number;
  readonly label: string;
  readonly need: number;
  readonly needLow: number;
  readonly needHigh: number;
  /** of the need: weights mapped from the file, which the system may drop and read again */
  readonly mapped: number;
  /** of those: pages that nobody reads again, since a rearranged copy of their weights is what is read; dropped where it gets tight */
  readonly dropped?: number;
  readonly have: number;
  /** `have` is all there is, and what is taken already is part of `need`: nobody could ask what is free */
  readonly whole?: true;
  /** have - need: negative when it does not fit */
  readonly margin: number;
  readonly verdict: VerdictWord;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  /** smallest margin of any place */
  readonly marginBytes: number;
  readonly places: readonly PlaceBalance[];
}

/**
 * Room that a fit should leave free beside its own need, or it is called tight. llama.cpp's own fit keeps 1024 MiB a device;
 * half of that was enough in published runs without a browser opening beside it.
 */
export const COMFORT_BYTES = 512 * 2 ** 20;

/**
 * Compares a place's memory tree with what it has. `mapped` is the share of the tree that may be read from disk instead, `dropped` the
 * share of that which need not be read again.
 */
export function balance(
  place: "host" | number,
  tree: Estimate,
  mapped: number,
  have: number,
  dropped = 0,
): PlaceBalance {
  const needLow = tree.low ?? tree.value;
  const needHigh = tree.high ?? tree.value;
  const { value: need, label } = tree;
  const verdict = verdictWord({ need, needHigh, mapped, dropped, have });
  const gone = dropped > 0 ? { dropped } : {};
  return { place, label, need, needLow, needHigh, mapped, ...gone, have, margin: have - need, verdict };
}

/** What a need comes to against what there is; `mapped` of it may be read from disk instead, `dropped` need not. Bytes. */
export function verdictWord({
  need,
  needHigh,
  mapped,
  dropped = 0,
  have,
}: Pick<PlaceBalance, "need" | "needHigh" | "mapped" | "dropped" | "have">): VerdictWord {
  if (needHigh + COMFORT_BYTES <= have) return "fits";
  if (need - dropped <= have) return "tight";
  return mapped > 0 && need - mapped <= have ? "runs from disk" : "does not fit";
}

/** The worst place decides. */
export function judge(places: readonly PlaceBalance[]): Verdict {
  let verdict: VerdictWord = "fits";
  for (const place of places) if (ORDER.indexOf(place.verdict) > ORDER.indexOf(verdict)) verdict = place.verdict;
  return { verdict, marginBytes: Math.min(...places.map(({ margin }) => margin)), places };
}

/** From best to worst. */
export const ORDER: readonly VerdictWord[] = ["fits", "tight", "runs from disk", "does not fit"];

/** Does it run in memory? "runs from disk" is a last resort, not a plan. */
export function good(verdict: VerdictWord): boolean {
  return verdict === "fits" || verdict === "tight";
}

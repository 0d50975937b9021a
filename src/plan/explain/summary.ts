import type { Estimate } from "../../predict/estimate/index.ts";
import { ORDER, type PlaceBalance, type Verdict } from "../fit/index.ts";
import { termsOf, type Term } from "./terms.ts";

/** The place that decides whether a loadout fits, as a sum: terms = need, have - need = margin. Bytes. */
export interface Summary {
  readonly place: PlaceBalance;
  readonly terms: readonly Term[];
}

/** Of the places with the worst verdict, the one that holds most. */
export function summaryOf(memory: Estimate, { verdict, places }: Verdict): Summary | undefined {
  const deciding = places.filter((place) => ORDER.indexOf(place.verdict) === ORDER.indexOf(verdict));
  const place = deciding.toSorted((a, b) => b.need - a.need)[0];
  const tree = place && memory.parts?.find(({ label }) => label === place.label);
  return tree ? { place, terms: termsOf(tree) } : undefined;
}

/**
 * Amounts in whole steps that add up to the whole's own rounding: what rounding leaves over goes to the terms it was nearest for,
 * so none is off by as much as a step.
 */
export function roundedTogether(amounts: readonly number[], step: number): { parts: number[]; sum: number } {
  const sum = Math.round(amounts.reduce((total, amount) => total + amount, 0) / step);
  const parts = amounts.map((amount) => Math.floor(amount / step));
  const left = sum - parts.reduce((total, part) => total + part, 0);
  const nearest = amounts
    .map((amount, index) => [amount / step - parts[index]!, index] as const)
    .toSorted((a, b) => b[0] - a[0]);
  for (const [, index] of nearest.slice(0, left)) parts[index]! += 1;
  return { parts, sum };
}

import { formatNumber } from "../../facts/units/index.ts";
import type { Lookup } from "./lookup.ts";

/** A number in a pace's formula and how it comes about: arithmetic of physical limits and coefficients, or a constant's source. */
export interface Derived {
  readonly label: string;
  /** as it stands in the formula, with its unit */
  readonly value: string;
  readonly formula?: string;
  readonly because?: string;
}

/** " x 0.849 [all devices] x 1.14 [ada]": coefficients that are not one, four digits each so that a product keeps three. */
export function times(log: Lookup, names: readonly string[], power = 1): string {
  return names
    .filter((name) => log(name) !== 0)
    .map((name) => ` x ${formatNumber(Math.exp(power * log(name)), 4)} [${remark(name)}]`)
    .join("");
}

export function sumOf(log: Lookup, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + log(name), 0);
}

export function us(seconds: number, digits?: number): string {
  return `${formatNumber(seconds * 1e6, digits)} us`;
}

export function flopsRate(flopsPerSec: number): string {
  return `${formatNumber(flopsPerSec / 1e9)} GFLOP/s`;
}

const WORDS: Readonly<Record<string, string>> = {
  e: "all devices",
  m: "all devices",
  hbm: "stacked memory",
  gddr: "GDDR",
};

/** What a coefficient is of: "e:ada" is that of a design, "cache" is called so. */
function remark(name: string): string {
  const [what = "", of] = name.split(":");
  return what === "recent" ? "recent builds" : (of ?? WORDS[what] ?? what);
}

export const FITTED =
  "factors fitted to published measurements of other devices; with standard errors in predict/speed/coefficients.json";

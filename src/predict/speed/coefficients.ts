import table from "./coefficients.json" with { type: "json" };
import type { Design } from "./chip.ts";
import type { Lookup } from "./lookup.ts";

/** A fit: coefficients as natural logarithms, and on how many devices of each design it rests. */
export interface Fit {
  readonly decode: Lookup;
  readonly prefill: Lookup;
  /** devices by kind and design: "decode:ada" */
  readonly devices: Readonly<Record<string, number>>;
}

/**
 * Coefficients by name: natural logarithm and its standard error, fitted by `npm run fit-speed` to published measurements (per
 * design of chip, back end and class of weights; never per device, source or row). What each is: decode-time.ts, prefill-time.ts.
 */
export const FIT: Fit = {
  decode: lookupIn(table.decode),
  prefill: lookupIn(table.prefill),
  devices: table.devices,
};

function lookupIn(coefficients: Readonly<Record<string, readonly number[]>>): Lookup {
  return (name) => coefficients[name]?.[0] ?? 0;
}

/** Half-widths of 80% bands by class, natural logarithm: see bands.ts. */
export const BANDS: Readonly<Record<string, number>> = table.bands;

/** Whether a design was measured on another device, so that a new one of it is no surprise. */
export function isSeen({ devices }: Fit, kind: "decode" | "prefill", design: Design): boolean {
  return (devices[`${kind}:${design}`] ?? 0) > 0;
}

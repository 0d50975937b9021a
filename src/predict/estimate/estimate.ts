/** Where a number comes from. */
export type Provenance = "header" | "formula" | "measured" | "calibrated" | "datasheet" | "assumed";

/**
 * A number that can be taken apart: a tree whose values sum. Leaves say where they come from and, in one line, how they were
 * computed, with the numbers filled in, so that a person can redo it.
 */
export interface Estimate {
  /** stable name among its siblings; a measurement is compared by the path of keys */
  readonly key: string;
  readonly label: string;
  /** bytes for memory, microseconds for time */
  readonly unit: "bytes" | "us";
  readonly value: number;
  /** ends of the interval where the value is not exact */
  readonly low?: number;
  readonly high?: number;
  readonly provenance: Provenance;
  /** one line of arithmetic, numbers filled in */
  readonly formula?: string;
  readonly parts?: readonly Estimate[];
}

/** A node over its parts: values and interval ends add up; the provenance is the least certain of the parts. */
export function sum(
  key: string,
  label: string,
  parts: readonly Estimate[],
  unit: Estimate["unit"] = "bytes",
): Estimate {
  let value = 0;
  let low = 0;
  let high = 0;
  let provenance: Provenance = "header";
  for (const part of parts) {
    value += part.value;
    low += part.low ?? part.value;
    high += part.high ?? part.value;
    provenance = leastCertain(provenance, part.provenance);
  }
  const interval = low !== value || high !== value ? { low, high } : {};
  return { key, label, unit, value, ...interval, provenance, parts };
}

/** A leaf in bytes. */
export function bytes(key: string, label: string, value: number, provenance: Provenance, formula?: string): Estimate {
  return { key, label, unit: "bytes", value, provenance, ...(formula === undefined ? {} : { formula }) };
}

/** A leaf known only as an interval. */
export function between(
  key: string,
  label: string,
  [low, value, high]: readonly [low: number, value: number, high: number],
  provenance: Provenance,
  formula?: string,
): Estimate {
  return { ...bytes(key, label, value, provenance, formula), low, high };
}

/** A number made of two is as certain as the less certain of them. */
export function leastCertain(one: Provenance, other: Provenance): Provenance {
  return CERTAINTY.indexOf(other) > CERTAINTY.indexOf(one) ? other : one;
}

/** From most to least certain. */
const CERTAINTY: readonly Provenance[] = ["header", "formula", "measured", "calibrated", "datasheet", "assumed"];

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
  /** arithmetic that comes to the value: numbers with units, words beside them, remarks in brackets */
  readonly formula?: string;
  /** the same for the ends of an interval, where they are not read off a table */
  readonly lowFormula?: string;
  readonly highFormula?: string;
  /** what is counted, or where its constants come from, in words */
  readonly because?: string;
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

/** Why a leaf has its value: see {@link Estimate}. */
export type Reasons = Pick<Estimate, "formula" | "lowFormula" | "highFormula" | "because">;

/** A leaf in bytes. Reasons given as a function are only made when somebody reads them: most are never read. */
export function bytes(
  key: string,
  label: string,
  value: number,
  provenance: Provenance,
  reasons: Reasons | (() => Reasons) = {},
): Estimate {
  return leaf({ key, label, unit: "bytes", value, provenance }, reasons);
}

/** A leaf known only as an interval. */
export function between(
  key: string,
  label: string,
  [low, value, high]: readonly [low: number, value: number, high: number],
  provenance: Provenance,
  reasons: Reasons | (() => Reasons) = {},
): Estimate {
  return leaf({ key, label, unit: "bytes", value, low, high, provenance }, reasons);
}

function leaf(plain: Estimate, reasons: Reasons | (() => Reasons)): Estimate {
  if (typeof reasons !== "function") return { ...plain, ...reasons };
  let made: Reasons | undefined;
  const read = (name: keyof Reasons) => ({
    enumerable: true,
    get: () => (made ??= reasons())[name],
  });
  return Object.defineProperties(plain, {
    formula: read("formula"),
    lowFormula: read("lowFormula"),
    highFormula: read("highFormula"),
    because: read("because"),
  });
}

/** A number made of two is as certain as the less certain of them. */
export function leastCertain(one: Provenance, other: Provenance): Provenance {
  return CERTAINTY.indexOf(other) > CERTAINTY.indexOf(one) ? other : one;
}

/** From most to least certain. */
const CERTAINTY: readonly Provenance[] = ["header", "formula", "measured", "calibrated", "datasheet", "assumed"];

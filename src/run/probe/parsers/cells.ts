import { isFields } from "../../home/index.ts";

// What tools put in a cell, read the same way everywhere: a number with or without a unit, or one of the many words for
// "I do not know", which must become unknown and never 0.

/** A whole number >= 0 that a double holds exactly; anything else is unknown. */
export function wholeNumber(text: string | number | undefined): number | undefined {
  if (typeof text === "number") return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  if (text === undefined || !/^\s*\d+\.?\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A finite number >= 0, with a fraction or not; a unit after it is ignored. */
export function amount(text: string | number | undefined): number | undefined {
  if (typeof text === "number") return Number.isFinite(text) && text >= 0 ? text : undefined;
  const match = /^\s*(\d+(?:\.\d+)?)(?![\d.])/.exec(text ?? "");
  if (match === null) return undefined;
  const value = Number(match[1]);
  return Number.isFinite(value) ? value : undefined;
}

/** Tools write MB and mean MiB; those that do not (Metal's and SYCL's lists) have readers that say so. */
const BINARY_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  kib: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  mib: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  gib: 2 ** 30,
  t: 2 ** 40,
  tb: 2 ** 40,
  tib: 2 ** 40,
};

/** "16376 MiB", "16 GB", "32768.00 MiB", or a bare number in `bareUnit`, as bytes; "[N/A]" and its like are unknown. */
export function sizeBytes(text: string | number | undefined, bareUnit = "b"): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(String(text ?? ""));
  if (match === null) return undefined;
  const unit = BINARY_UNITS[(match[2] || bareUnit).toLowerCase()];
  if (unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A word, or nothing for a cell that is empty or says that it is not known. */
export function known(text: string | undefined): string | undefined {
  const word = text?.trim().replace(/\s+/g, " ");
  if (word === undefined || word === "" || word === "-") return undefined;
  return /^\[?(n\/a|unknown|unknown error|not supported|not specified|none|gpu requires reset|.* deprecated)\]?$/i.test(
    word,
  )
    ? undefined
    : word;
}

/** "0-3,8,10-11" as the number of entries; unknown when it is no such list. */
export function listLength(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(-\d+)?(\s*,\s*\d+(-\d+)?)*\s*$/.test(text)) return undefined;
  let length = 0;
  for (const part of text.split(",")) {
    const [first, last = first] = part.trim().split("-").map(Number);
    if (first === undefined || last === undefined || last < first) return undefined;
    length += last - first + 1;
  }
  return Number.isSafeInteger(length) ? length : undefined;
}

/** The parts of an object that are known: drops what is undefined, so that "absent" has one form. */
export function present<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T;
export function present(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

/** Parsed JSON as unknown data; text around it (a warning before, an exit code after) is stepped over. */
export function json(text: string): unknown {
  const start = text.search(/[{[]/);
  if (start < 0) return undefined;
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}

/** A JSON object's fields, or none. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {};
}

/** A JSON array's items, or none. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A JSON string or number as text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

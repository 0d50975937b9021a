import { LoadoutError } from "../errors/index.ts";

const PREFIXES = ["", "k", "m", "g", "t", "p"];

/**
 * Bytes as people type them: `24GB` (10^9), `24GiB` (2^30), `512 MiB`, `1.5TB`, `24G` (as GiB: the way memory flags of engines
 * and containers read it), `1000`. Returns whole bytes; `what` names the flag in the error.
 */
export function parseBytes(text: string, what: string): number {
  const match = /^\s*(\d+(?:_\d+)*(?:\.\d+)?)\s*([kmgtp]?)(i?b|i)?\s*$/i.exec(text);
  if (!match) throw bad(text, what, "a size in bytes", "24GB, 24GiB or 512MiB");
  const decimal = match[3]?.toLowerCase() === "b";
  return whole(Number(match[1]!.replaceAll("_", "")) * scale(match[2], decimal ? 1000 : 1024), text, what);
}

/** Token counts, at least `least`: `32k` and `32K` are 32 x 1024 as in context lengths, `128000` and `32_768` are themselves, `1m` is 1024 x 1024. */
export function parseTokens(text: string, what: string, least = 0): number {
  const match = /^\s*(\d+(?:_\d+)*(?:\.\d+)?)\s*([km]?)\s*(?:tokens?)?\s*$/i.exec(text);
  if (!match) throw bad(text, what, "a number of tokens", "8192, 32k or 128k");
  const tokens = whole(Number(match[1]!.replaceAll("_", "")) * scale(match[2], 1024), text, what);
  if (tokens < least) throw bad(text, what, `at least ${least} tokens`, "8192, 32k or 128k");
  return tokens;
}

/** Bandwidth: `1.5TB/s`, `936 GB/s`, `51.2GiB/s`, `10Gb/s` (bits: a small b after a prefix), in bytes per second. */
export function parseRate(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)([bB])\s*(?:\/\s*s|ps)\s*$/i.exec(text);
  if (!match) throw bad(text, what, "a bandwidth", "936GB/s, 1.5TB/s or 10Gb/s");
  const value = Number(match[1]) * scale(match[2], match[3] ? 1024 : 1000);
  return match[4] === "b" ? value / 8 : value;
}

/** Whole numbers of things: users, layers, threads. */
export function parseCount(text: string, what: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw bad(text, what, `a whole number ${range}`, String(Math.max(least, 1)));
  }
  return value;
}

/** Power: `750W`, `1.2kW`, `750`; watts. */
export function parseWatts(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(k?)w?\s*$/i.exec(text);
  const value = match ? Number(match[1]) * scale(match[2], 1000) : Number.NaN;
  if (!(value > 0 && value <= 100_000)) throw bad(text, what, "a power", "750W");
  return value;
}

/** Lengths: `320mm`, `32cm`, `320`; millimetres. */
export function parseMillimetres(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(mm|cm)?\s*$/i.exec(text);
  const value = match ? Number(match[1]) * (match[2]?.toLowerCase() === "cm" ? 10 : 1) : Number.NaN;
  if (!(value > 0 && value <= 10_000)) throw bad(text, what, "a length", "320mm");
  return value;
}

/** Amounts of money without a currency: `1500`, `1499.90`, `1_500`. */
export function parseAmount(text: string, what: string): number {
  const value = /^\s*\d+(?:_\d+)*(?:\.\d+)?\s*$/.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
  if (!(value >= 0 && value <= 1e9)) throw bad(text, what, "an amount", "1500");
  return value;
}

/** Shares: `90%`, `0.9`. Returns 0 to 1. */
export function parseShare(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  const value = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
  if (!(value >= 0 && value <= 1)) throw bad(text, what, "a share", "90% or 0.9");
  return value;
}

function scale(prefix: string | undefined, base: 1000 | 1024): number {
  return base ** PREFIXES.indexOf((prefix ?? "").toLowerCase());
}

function whole(value: number, text: string, what: string): number {
  if (!Number.isFinite(value) || value > Number.MAX_SAFE_INTEGER) throw bad(text, what, "a number below 2^53", "24GB");
  return Math.round(value);
}

function bad(got: string, what: string, expected: string, example: string): LoadoutError {
  return new LoadoutError("bad-quantity", { what, expected, got, example });
}

import { normal } from "./chance.ts";

/** How many tokens: always so many, evenly between two, log-normal around a median, or drawn from a list. */
export type Lengths =
  | { readonly kind: "fixed"; readonly tokens: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "log-normal"; readonly medianTokens: number; readonly sigma: number; readonly most?: number }
  | { readonly kind: "drawn"; readonly from: readonly number[] };

/** One length, a whole number of at least 1. */
export function lengthOf(lengths: Lengths, random: () => number): number {
  return Math.max(1, Math.round(drawn(lengths, random)));
}

function drawn(lengths: Lengths, random: () => number): number {
  if (lengths.kind === "fixed") return lengths.tokens;
  if (lengths.kind === "uniform") return Math.floor(lengths.low + random() * (lengths.high - lengths.low + 1));
  if (lengths.kind === "drawn") return lengths.from[Math.floor(random() * lengths.from.length)] ?? 1;
  return Math.min(lengths.most ?? Infinity, lengths.medianTokens * Math.exp(lengths.sigma * normal(random)));
}

/** `512`, `100-900`, `512~0.6` (log-normal: median and sigma), `512~0.6<4096` (with a bound). Undefined: none of these. */
export function parseLengths(text: string): Lengths | undefined {
  const match = /^\s*(\d+)(?:\s*(?:-|\.\.)\s*(\d+)|\s*~\s*(\d+(?:\.\d+)?)(?:\s*<\s*(\d+))?)?\s*$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  if (first < 1) return undefined;
  if (match[2] !== undefined) {
    const high = Number(match[2]);
    return high < first ? undefined : { kind: "uniform", low: first, high };
  }
  if (match[3] === undefined) return { kind: "fixed", tokens: first };
  const most = match[4] === undefined ? {} : { most: Number(match[4]) };
  return { kind: "log-normal", medianTokens: first, sigma: Number(match[3]), ...most };
}

import type { Lengths } from "./lengths.ts";

/** Tokens on average; of a log-normal exp(sigma^2 / 2) times its median, its cut ends left out. */
export function meanLength(lengths: Lengths): number {
  if (lengths.kind === "fixed") return lengths.tokens;
  if (lengths.kind === "uniform") return (lengths.low + lengths.high) / 2;
  if (lengths.kind === "drawn")
    return lengths.from.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, lengths.from.length);
  return lengths.medianTokens * Math.exp(lengths.sigma ** 2 / 2);
}

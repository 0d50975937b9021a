import type { Lengths } from "../../../predict/serving/index.ts";

export const PROMPT: Lengths = { kind: "fixed", tokens: 512 };
export const OUTPUT: Lengths = { kind: "fixed", tokens: 256 };

/** The longest that can be drawn; Infinity where there is no bound. */
export function longest(lengths: Lengths): number {
  if (lengths.kind === "fixed") return lengths.tokens;
  if (lengths.kind === "uniform") return lengths.high;
  if (lengths.kind === "drawn") return lengths.from.reduce((most, tokens) => Math.max(most, tokens), 0);
  return lengths.most ?? Infinity;
}

/** As they are typed. */
export function lengthWords(lengths: Lengths): string {
  if (lengths.kind === "fixed") return String(lengths.tokens);
  if (lengths.kind === "uniform") return `${lengths.low}-${lengths.high}`;
  if (lengths.kind === "drawn") return `${lengths.from.length} lengths`;
  return `${lengths.medianTokens}~${lengths.sigma}`;
}

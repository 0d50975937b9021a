import { formatNumber } from "../../../facts/units/index.ts";
import type { BenchPoint } from "../../../plan/answer/index.ts";
import type { Lengths } from "../../../predict/serving/index.ts";
import type { PointLoad } from "../../../run/bench/load/index.ts";

export const PROMPT: Lengths = { kind: "fixed", tokens: 256 };
export const OUTPUT: Lengths = { kind: "fixed", tokens: 64 };

/** A sweep goes nowhere beyond so many users. */
const MOST_USERS = 512;

export function doubled(load: PointLoad): PointLoad | undefined {
  if (load.kind === "users") return load.users * 2 > MOST_USERS ? undefined : { ...load, users: load.users * 2 };
  if (load.kind === "trace") return undefined;
  return { ...load, arrivals: { ...load.arrivals, ratePerSec: load.arrivals.ratePerSec * 2 } };
}

export function loadName(load: PointLoad): string {
  if (load.kind === "users") return `${load.users} ${load.users === 1 ? "user" : "users"}`;
  return load.kind === "trace" ? "trace" : `${formatNumber(load.arrivals.ratePerSec)} req/s`;
}

export function rateOf({ summary }: BenchPoint): number {
  return summary.steadyOutputTokensPerSec ?? summary.outputTokensPerSec;
}

export function sweepPoint(point: BenchPoint) {
  const load = "users" in point.load ? point.load.users : point.load.requestsPerSec;
  return { load, tokensPerSec: rateOf(point), latencyMs: point.summary.e2eMs.fromSchedule?.p50 ?? 0 };
}

export function typical(lengths: Lengths): number {
  if (lengths.kind === "fixed") return lengths.tokens;
  if (lengths.kind === "uniform") return Math.round((lengths.low + lengths.high) / 2);
  return lengths.kind === "log-normal" ? lengths.medianTokens : (lengths.from[0] ?? 1);
}

export function lengthsText(lengths: Lengths): string {
  if (lengths.kind === "fixed") return String(lengths.tokens);
  if (lengths.kind === "uniform") return `${lengths.low}-${lengths.high}`;
  return lengths.kind === "log-normal" ? `${lengths.medianTokens}~${lengths.sigma}` : `${lengths.from.length} drawn`;
}

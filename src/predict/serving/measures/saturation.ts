import { distributionOf } from "./distribution.ts";
import { e2eMs } from "./of-request.ts";
import type { RequestRecord } from "./record.ts";

/** Whether a server keeps up with what comes: STABLE yes; BACKLOGGED a queue grew or waits did; OVERLOADED both. */
export interface Saturation {
  readonly label: "STABLE" | "BACKLOGGED" | "OVERLOADED";
  /**
   * 1 - completions / arrivals: arrivals over the second half of their time, completions over the same stretch, later by the median
   * time an answer took in the first half. About 0 in a steady state, bursts or not.
   */
  readonly rateDeficit: number;
  /** mean time to the end (from schedule) of the second half of requests by that of the first */
  readonly drift: number;
}

const LEAST_DEFICIT = 0.05;
const LEAST_DRIFT = 1.25;
/** below this many a half says nothing */
const FEWEST = 10;

/** Undefined: too few requests to say. Both signs must stand clear of chance (two standard errors). */
export function saturationOf(records: readonly RequestRecord[]): Saturation | undefined {
  const ordered = [...records].sort((a, b) => a.scheduledMs - b.scheduledMs);
  const n = ordered.length;
  if (n < 2 * FEWEST) return undefined;
  const startMs = ordered[0]!.scheduledMs;
  const endMs = ordered[n - 1]!.scheduledMs;
  const middleMs = (startMs + endMs) / 2;
  const half = Math.floor(n / 2);
  const laterMs = distributionOf(timesOf(ordered.slice(0, half)))?.p50 ?? 0;
  const arrivals = ordered.filter((record) => record.scheduledMs > middleMs).length;
  const completions = ordered.filter(
    (record) => record.outcome === "ok" && record.endMs > middleMs + laterMs && record.endMs <= endMs + laterMs,
  ).length;
  const rateDeficit = arrivals === 0 ? 0 : 1 - completions / arrivals;
  const [first, second] = [latencies(ordered.slice(0, half)), latencies(ordered.slice(half))];
  const drift = first.mean > 0 ? second.mean / first.mean : 1;
  const behind = rateDeficit > Math.max(LEAST_DEFICIT, 2 * Math.sqrt(1 / Math.max(1, arrivals)));
  const slower = drift > LEAST_DRIFT && second.mean - first.mean > 2 * Math.hypot(first.error, second.error);
  return { label: behind && slower ? "OVERLOADED" : behind || slower ? "BACKLOGGED" : "STABLE", rateDeficit, drift };
}

/** From schedule to end; what did not finish counts with the time it had. */
function timesOf(records: readonly RequestRecord[]): number[] {
  return records.filter((record) => record.outcome !== "failed").map((record) => e2eMs(record, "schedule"));
}

/** Mean and its standard error. */
function latencies(records: readonly RequestRecord[]): { mean: number; error: number } {
  const values = timesOf(records);
  if (values.length < 2) return { mean: 0, error: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

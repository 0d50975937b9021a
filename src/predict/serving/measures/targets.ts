import { percentile } from "./percentile.ts";
import { e2eMs, longestGapMs, pooledGapsMs, tpotMs, ttftMs } from "./of-request.ts";
import type { RequestRecord } from "./record.ts";

/** ttft and e2e count from the schedule: what a user waits. gap is pooled; of a single request it is the longest. */
export type TargetMetric = "ttft" | "tpot" | "gap" | "e2e";

/** "ttft p95 500ms": 95% of requests begin within 500 ms. */
export interface Target {
  readonly metric: TargetMetric;
  readonly percent: number;
  readonly limitMs: number;
}

export interface TargetResult extends Target {
  /** undefined: nothing to judge by */
  readonly valueMs?: number;
  readonly met: boolean;
}

export interface Goodput {
  /** each target at its own percentile */
  readonly targets: readonly TargetResult[];
  /** every target met */
  readonly met: boolean;
  /** share of all requests, failed and unfinished ones too, that kept every limit themselves */
  readonly share: number;
  /** such requests per second */
  readonly requestsPerSec: number;
}

/** `ttft p95 500ms, tpot p95 50ms`; without a percentile p95; `s` or `ms`. Undefined: not understood. */
export function parseTargets(text: string): Target[] | undefined {
  const targets: Target[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(ttft|tpot|gap|e2e)\s+(?:p(\d{1,2}(?:\.\d+)?)\s+)?(?:<=?\s*)?(\d+(?:\.\d+)?)\s*(ms|s)\s*$/i.exec(
      part,
    );
    if (match === null) return undefined;
    const limit = Number(match[3]);
    targets.push({
      metric: metricOf(match[1]!.toLowerCase()),
      percent: Number(match[2] ?? 95),
      limitMs: match[4]!.toLowerCase() === "s" ? limit * 1000 : limit,
    });
  }
  return targets;
}

function metricOf(word: string): TargetMetric {
  return word === "ttft" || word === "tpot" || word === "gap" ? word : "e2e";
}

export function goodputOf(records: readonly RequestRecord[], targets: readonly Target[], spanMs: number): Goodput {
  const results = targets.map((target) => resultOf(records, target));
  const good = records.filter((record) => record.outcome === "ok" && targets.every((target) => keeps(record, target)));
  return {
    targets: results,
    met: results.every((result) => result.met),
    share: records.length === 0 ? 0 : good.length / records.length,
    requestsPerSec: spanMs > 0 ? (good.length * 1000) / spanMs : 0,
  };
}

function resultOf(records: readonly RequestRecord[], target: Target): TargetResult {
  const ok = records.filter((record) => record.outcome === "ok");
  const values = valuesOf(ok, target.metric).sort();
  if (values.length === 0) return { ...target, met: false };
  const valueMs = percentile(values, target.percent);
  return { ...target, valueMs, met: valueMs <= target.limitMs };
}

function valuesOf(records: readonly RequestRecord[], metric: TargetMetric): Float64Array {
  if (metric === "gap") return pooledGapsMs(records);
  return Float64Array.from(records.map((record) => ofOne(record, metric)).filter((value) => value !== undefined));
}

/** What cannot be judged (one token has no gap) does not break a limit; no first token does. */
function keeps(record: RequestRecord, target: Target): boolean {
  const value = ofOne(record, target.metric);
  return value === undefined ? target.metric !== "ttft" : value <= target.limitMs;
}

function ofOne(record: RequestRecord, metric: TargetMetric): number | undefined {
  if (metric === "ttft") return ttftMs(record, "schedule");
  if (metric === "tpot") return tpotMs(record);
  return metric === "gap" ? longestGapMs(record) : e2eMs(record, "schedule");
}

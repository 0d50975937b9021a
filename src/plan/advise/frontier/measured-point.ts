import {
  type Banded,
  type Doubt,
  gapsMs,
  percentile,
  type RequestRecord,
  type Target,
  tpotMs,
  ttftMs,
  summarizeAfter,
} from "../../../predict/serving/index.ts";
import type { MeasuredRun } from "../simulate/index.ts";
import { rateOf } from "./made-points.ts";
import { type BarePoint, exactly } from "./point.ts";

/** A run of a real server, with what its file says beside the requests. */
export interface MeasuredLoad extends MeasuredRun {
  /** absent: requests came at a rate */
  readonly users?: number;
  /** the receipt that was made of it, on the machine that was measured */
  readonly receipt?: number;
  readonly slots?: number;
  readonly stepTokens?: number;
  /** so many requests are warm-up */
  readonly warmUp: number;
  /** what the client that measured doubts */
  readonly doubts: readonly Doubt[];
}

/** Of a standard normal: 80% lie within so many deviations. */
const EIGHTY = 1.2816;
/** the span is cut into so many parts; what they differ by is the rate's doubt */
const PARTS = 10;

/** Undefined where nothing was answered. `limitOf`: most tokens per second of so many streams. */
export function measuredPoint(
  run: MeasuredLoad,
  targets: readonly Target[],
  limitOf: (streams: number) => number | undefined,
): BarePoint | undefined {
  const { records, warmUp, loop, name, slots, stepTokens } = run;
  const summary = summarizeAfter(records, warmUp, loop, targets);
  const counted = records.toSorted((a, b) => a.scheduledMs - b.scheduledMs).slice(warmUp);
  const ok = counted.filter(({ outcome }) => outcome === "ok");
  if (ok.length === 0) return undefined;
  const users = run.users ?? Math.max(1, summary.concurrency.mean);
  const rate = bandedBy(rateOf(summary), rateDeviation(ok));
  const limit = limitOf(Math.max(1, Math.round(users)));
  const first = ok.map((record) => ttftMs(record, "schedule")).filter((value) => value !== undefined);
  const gaps = ok.flatMap((record) => [...gapsMs(record)]);
  const paces = ok.map(tpotMs).filter((value) => value !== undefined);
  const known = new Set(summary.doubts.map(({ why }) => why));
  return {
    origin: "measured",
    knobs: {
      users,
      ...(slots === undefined ? {} : { slots }),
      ...(stepTokens === undefined ? {} : { stepTokens }),
    },
    tokensPerSec: rate,
    eachTokensPerSec: { value: rate.value / users, low: rate.low / users, high: rate.high / users },
    ttftMs: { p50: quantile(first, 50), p95: quantile(first, 95) },
    gapMs: { p50: quantile(gaps, 50), p95: quantile(gaps, 95) },
    tpotMs: quantile(paces, 95),
    ...(limit === undefined ? {} : { shareOfLimit: rate.value / limit }),
    doubts: [...summary.doubts, ...run.doubts.filter(({ why }) => !known.has(why))],
    overloaded: summary.saturation?.label === "OVERLOADED" || summary.requests.failed > 0,
    summary,
    name,
  };
}

/** A percentile with what the number of values leaves open: order statistics at n p -+ 1.28 sqrt(n p (1 - p)). */
function quantile(values: readonly number[], percent: number): Banded {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return exactly(0);
  const share = percent / 100;
  const off = (EIGHTY * Math.sqrt(n * share * (1 - share)) * 100) / n;
  const at = (place: number) => percentile(sorted, Math.max(0, Math.min(100, place)));
  return { value: at(percent), low: at(percent - off), high: at(percent + off) };
}

function bandedBy(value: number, deviation: number): Banded {
  return { value, low: Math.max(0, value * (1 - EIGHTY * deviation)), high: value * (1 + EIGHTY * deviation) };
}

/** Relative standard error of the rate: by what tenths of the time between the first and the last send differ. */
function rateDeviation(records: readonly RequestRecord[]): number {
  const from = records.reduce((least, { sentMs }) => Math.min(least, sentMs), Infinity);
  const to = records.reduce((most, { sentMs }) => Math.max(most, sentMs), -Infinity);
  if (!(to > from)) return 0;
  const counts = new Float64Array(PARTS);
  for (const { tokenMs } of records)
    for (const atMs of tokenMs) {
      const part = Math.floor(((atMs - from) / (to - from)) * PARTS);
      if (part >= 0 && part < PARTS) counts[part]!++;
    }
  const mean = counts.reduce((sum, count) => sum + count, 0) / PARTS;
  if (mean === 0) return 0;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (PARTS - 1);
  return Math.sqrt(variance / PARTS) / mean;
}

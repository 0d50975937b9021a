import { type Distribution, distributionOf } from "./distribution.ts";
import { e2eMs, pooledGapsMs, tpotMs, ttftMs } from "./of-request.ts";
import type { RequestRecord } from "./record.ts";
import { type Saturation, saturationOf } from "./saturation.ts";
import { type Goodput, goodputOf, type Target } from "./targets.ts";
import { type Doubt, doubtsOf } from "./validity.ts";

export interface SummaryOptions {
  /** open: an absolute schedule; closed: users who wait, where lag is counted from the end of their thinking */
  readonly loop: "open" | "closed";
  /** requests due before this moment warm up and count in nothing but `warmUp`; same clock as the records */
  readonly measuredFromMs?: number;
  readonly targets?: readonly Target[];
}

/** A time counted from the send (what the server did) and from the schedule (what a user waited). */
export interface BothWays {
  readonly fromSend?: Distribution;
  readonly fromSchedule?: Distribution;
}

/** One point: every metric by the definitions of docs/measures.md. Latencies are of requests that ended well. */
export interface Summary {
  readonly loop: "open" | "closed";
  readonly requests: {
    readonly ok: number;
    readonly failed: number;
    readonly unfinished: number;
    /** left out as warm-up */
    readonly warmUp: number;
  };
  readonly ttftMs: BothWays;
  readonly e2eMs: BothWays;
  /** pooled: every gap of every request is one value */
  readonly gapMs?: Distribution;
  /** a value a request: its mean time per token without the first */
  readonly tpotMs?: Distribution;
  /** sent - scheduled, of all requests */
  readonly lagMs?: Distribution;
  /** first send to last end */
  readonly spanMs: number;
  /** all below: counts of requests that ended well by `spanMs` */
  readonly requestsPerSec: number;
  readonly promptTokensPerSec: number;
  readonly outputTokensPerSec: number;
  /** output tokens that arrived between the first and the last send, by that time: without the drain at the end */
  readonly steadyOutputTokensPerSec?: number;
  /** gaps between sends by time, as the schedule has them and as they were; open loop only */
  readonly askedPerSec?: number;
  readonly achievedPerSec?: number;
  /** requests on their way at once: mean over the span (Little's law holds by construction) and most */
  readonly concurrency: { readonly mean: number; readonly most: number };
  /** share of prompt tokens that a cache held, where the server says so for every request */
  readonly cachedShare?: number;
  readonly goodput?: Goodput;
  /** open loop only: a closed one cannot be behind */
  readonly saturation?: Saturation;
  /** empty: valid */
  readonly doubts: readonly Doubt[];
}

export function summarize(all: readonly RequestRecord[], options: SummaryOptions): Summary {
  const from = options.measuredFromMs ?? -Infinity;
  const records = all.filter((record) => record.scheduledMs >= from);
  const ok = records.filter((record) => record.outcome === "ok");
  const startMs = records.reduce((least, record) => Math.min(least, record.sentMs), Infinity);
  const endMs = records.reduce((most, record) => Math.max(most, record.endMs), -Infinity);
  const spanMs = records.length === 0 ? 0 : endMs - startMs;
  const perSec = (count: number) => (spanMs > 0 ? (count * 1000) / spanMs : 0);
  const lagMs = distributionOf(records.map((record) => record.sentMs - record.scheduledMs));
  const rates = options.loop === "open" ? ratesOf(records) : {};
  const gap = distributionOf(pooledGapsMs(ok));
  const tpot = distributionOf(ok.map(tpotMs).filter((value) => value !== undefined));
  const steady = steadyTokensPerSec(all, records);
  const cachedShare = cachedShareOf(ok);
  const saturation = options.loop === "open" ? saturationOf(records) : undefined;
  const doubts = doubtsOf(lagMs?.p99, rates.askedPerSec, rates.achievedPerSec);
  if (ok.length === 0) doubts.push({ why: "no-answers", value: 0, limit: 1 });
  return {
    loop: options.loop,
    requests: {
      ok: ok.length,
      failed: records.filter((record) => record.outcome === "failed").length,
      unfinished: records.filter((record) => record.outcome === "unfinished").length,
      warmUp: all.length - records.length,
    },
    ttftMs: bothWays(ok, ttftMs),
    e2eMs: bothWays(ok, e2eMs),
    ...(gap === undefined ? {} : { gapMs: gap }),
    ...(tpot === undefined ? {} : { tpotMs: tpot }),
    ...(lagMs === undefined ? {} : { lagMs }),
    spanMs,
    requestsPerSec: perSec(ok.length),
    promptTokensPerSec: perSec(ok.reduce((sum, record) => sum + record.promptTokens, 0)),
    outputTokensPerSec: perSec(ok.reduce((sum, record) => sum + record.outputTokens, 0)),
    ...(steady === undefined ? {} : { steadyOutputTokensPerSec: steady }),
    ...rates,
    concurrency: concurrencyOf(records, spanMs),
    ...(cachedShare === undefined ? {} : { cachedShare }),
    ...(options.targets === undefined ? {} : { goodput: goodputOf(records, options.targets, spanMs) }),
    ...(saturation === undefined ? {} : { saturation }),
    doubts,
  };
}

type Metric = (record: RequestRecord, from: "send" | "schedule") => number | undefined;

function bothWays(records: readonly RequestRecord[], metric: Metric): BothWays {
  const of = (from: "send" | "schedule") =>
    distributionOf(records.map((record) => metric(record, from)).filter((value) => value !== undefined));
  const [fromSend, fromSchedule] = [of("send"), of("schedule")];
  return fromSend === undefined || fromSchedule === undefined ? {} : { fromSend, fromSchedule };
}

function ratesOf(records: readonly RequestRecord[]): { askedPerSec?: number; achievedPerSec?: number } {
  const rate = (times: number[]) => {
    const span = times.reduce((a, b) => Math.max(a, b), -Infinity) - times.reduce((a, b) => Math.min(a, b), Infinity);
    return span > 0 ? ((times.length - 1) * 1000) / span : undefined;
  };
  const asked = rate(records.map((record) => record.scheduledMs));
  const achieved = rate(records.map((record) => record.sentMs));
  return asked === undefined || achieved === undefined ? {} : { askedPerSec: asked, achievedPerSec: achieved };
}

/** Tokens of warm-up requests that arrive inside the window count: the server made them then. */
function steadyTokensPerSec(all: readonly RequestRecord[], records: readonly RequestRecord[]): number | undefined {
  if (records.length < 2) return undefined;
  const startMs = records.reduce((least, record) => Math.min(least, record.sentMs), Infinity);
  const endMs = records.reduce((most, record) => Math.max(most, record.sentMs), -Infinity);
  if (!(endMs > startMs)) return undefined;
  const tokens = all.reduce((sum, record) => {
    if (record.outcome === "failed" || record.tokenMs.length === 0) return sum;
    let inside = 0;
    for (const atMs of record.tokenMs) if (atMs >= startMs && atMs < endMs) inside++;
    return sum + (inside * record.outputTokens) / record.tokenMs.length;
  }, 0);
  return (tokens * 1000) / (endMs - startMs);
}

function cachedShareOf(records: readonly RequestRecord[]): number | undefined {
  if (records.length === 0 || records.some((record) => record.cachedTokens === undefined)) return undefined;
  const prompt = records.reduce((sum, record) => sum + record.promptTokens, 0);
  return prompt === 0 ? 0 : records.reduce((sum, record) => sum + (record.cachedTokens ?? 0), 0) / prompt;
}

function concurrencyOf(records: readonly RequestRecord[], spanMs: number): { mean: number; most: number } {
  const inside = records.reduce((sum, record) => sum + record.endMs - record.sentMs, 0);
  const starts = Float64Array.from(records, (record) => record.sentMs).sort();
  const ends = Float64Array.from(records, (record) => record.endMs).sort();
  let ended = 0;
  let most = 0;
  for (const [started, atMs] of starts.entries()) {
    // one that ends as another begins makes room for it
    while (ends[ended]! <= atMs && ended < started) ended++;
    most = Math.max(most, started + 1 - ended);
  }
  return { mean: spanMs > 0 ? inside / spanMs : 0, most };
}

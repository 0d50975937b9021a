import type { Measured } from "../../estimate/index.ts";
import { chanceOf } from "../workload/index.ts";
import { percentile } from "./percentile.ts";
import { e2eMs, tpotMs, ttftMs } from "./of-request.ts";
import type { RequestRecord } from "./record.ts";

/** How a second endpoint differs from a first on the same requests. */
export interface RecordDifference {
  readonly metric: "ttft" | "tpot" | "e2e";
  readonly statistic: "p50" | "p95";
  readonly first: number;
  readonly second: number;
  /** second less first, milliseconds, with the interval of 95% */
  readonly difference: Measured;
  /** pairs of requests behind it */
  readonly pairs: number;
}

/** A round: both endpoints got the same requests, one soon after the other. */
export interface PairedRound {
  readonly first: readonly RequestRecord[];
  readonly second: readonly RequestRecord[];
}

const DRAWS = 1000;
/** a p95 of fewer pairs rests on its two largest values, which drawing again does not tell about */
const LEAST_FOR_P95 = 60;

const METRICS = {
  ttft: (record: RequestRecord) => ttftMs(record, "send"),
  tpot: tpotMs,
  e2e: (record: RequestRecord) => e2eMs(record, "send"),
} as const;

/**
 * Requests are paired by round and id, and pairs are drawn again (percentile bootstrap), so what made a request slow on both
 * sides, its length or the minute it ran in, falls out. Only pairs that both ended well count.
 */
export function differences(rounds: readonly PairedRound[], seed: number): RecordDifference[] {
  const pairs = rounds.flatMap(({ first, second }) => {
    const others = new Map(second.map((record) => [record.id, record]));
    return first.flatMap((record) => {
      const other = others.get(record.id);
      return record.outcome === "ok" && other?.outcome === "ok" ? [{ first: record, second: other }] : [];
    });
  });
  return (["ttft", "tpot", "e2e"] as const).flatMap((metric) => {
    const values = pairs.flatMap((pair) => {
      const [first, second] = [METRICS[metric](pair.first), METRICS[metric](pair.second)];
      return first === undefined || second === undefined ? [] : [{ first, second }];
    });
    if (values.length < 2) return [];
    const statistics = values.length < LEAST_FOR_P95 ? (["p50"] as const) : (["p50", "p95"] as const);
    return statistics.map((statistic) => differenceOf(metric, statistic, values, seed));
  });
}

function differenceOf(
  metric: RecordDifference["metric"],
  statistic: RecordDifference["statistic"],
  values: readonly { readonly first: number; readonly second: number }[],
  seed: number,
): RecordDifference {
  const percent = statistic === "p50" ? 50 : 95;
  const of = (side: readonly number[]) =>
    percentile(
      side.toSorted((a, b) => a - b),
      percent,
    );
  const n = values.length;
  const random = chanceOf(seed, percent);
  const drawn = Array.from({ length: DRAWS }, () => {
    const sample = Array.from({ length: n }, () => values[Math.floor(random() * n)]!);
    return of(sample.map((pair) => pair.second)) - of(sample.map((pair) => pair.first));
  }).sort((a, b) => a - b);
  const first = of(values.map((pair) => pair.first));
  const second = of(values.map((pair) => pair.second));
  return {
    metric,
    statistic,
    first,
    second,
    difference: { value: second - first, low: percentile(drawn, 2.5), high: percentile(drawn, 97.5) },
    pairs: n,
  };
}

/** Ratio of two throughputs over rounds, with the interval of 95% from rounds drawn again; undefined below three rounds. */
export function throughputRatio(
  rounds: readonly { readonly first: number; readonly second: number }[],
  seed: number,
): Measured | undefined {
  const logs = rounds
    .filter((round) => round.first > 0 && round.second > 0)
    .map((round) => Math.log(round.second / round.first));
  if (logs.length < 3) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const random = chanceOf(seed, 0);
  const drawn = Array.from({ length: DRAWS }, () =>
    mean(logs.map(() => logs[Math.floor(random() * logs.length)]!)),
  ).sort((a, b) => a - b);
  return {
    value: Math.exp(mean(logs)),
    low: Math.exp(percentile(drawn, 2.5)),
    high: Math.exp(percentile(drawn, 97.5)),
  };
}

import {
  calibrate,
  type CalibratedTimes,
  type EngineSettings,
  type StepTimes,
} from "../../src/predict/serving/index.ts";
import {
  type Asked,
  type Figures,
  figuresOf,
  type Machine,
  type MeasuredRun,
  METRICS,
  type Metric,
  simulatedRecords,
} from "./run.ts";

/** One pass over all points, with the probes taken just before it. */
export interface Repeat {
  readonly probes: readonly MeasuredRun[];
  readonly points: readonly MeasuredRun[];
}

export interface EngineRuns {
  readonly engine: EngineSettings;
  readonly name: string;
  readonly about: string;
  readonly templateTokens: number;
  readonly repeats: readonly Repeat[];
  /** step times by the speed model, which has seen nothing of this engine; absent: unknown */
  readonly predicted?: StepTimes;
}

export interface PointScore {
  readonly asked: Asked;
  readonly measured: Figures;
  readonly calibrated: Figures;
  readonly uncalibrated?: Figures;
  /** most less least of the repeats by their middle; 0 with one */
  readonly spread: Figures;
  readonly idleShare?: number;
}

export interface EngineScore {
  readonly name: string;
  readonly about: string;
  readonly learned: readonly CalibratedTimes[];
  readonly points: readonly PointScore[];
}

/** Median error of a metric that is allowed, and of one point where the spread of repeats says no more. */
export const ALLOWED: Figures = {
  throughput: 0.08,
  "ttft p50": 0.15,
  "ttft p95": 0.25,
  "gap p50": 0.15,
  "gap p95": 0.25,
};
const SPREAD_TIMES = 1.5;

/** What the two probes of a repeat teach. */
export function learnedFrom(probes: readonly MeasuredRun[], engine: EngineSettings): CalibratedTimes {
  const learned = calibrate(probes.map(({ records }) => ({ records, engine })));
  if (learned === undefined) throw new Error("the probes tell nothing");
  return learned;
}

export function score(runs: EngineRuns): EngineScore {
  const { engine, templateTokens, predicted } = runs;
  const learned = runs.repeats.map(({ probes }) => learnedFrom(probes, engine));
  const [first] = runs.repeats;
  const points = (first?.points ?? []).map(({ asked }, at): PointScore => {
    const all = runs.repeats.flatMap(({ points: list }) => list[at] ?? []);
    const measured = all.map((run) => figuresOf(run.asked, run.records));
    const machines = learned.map(({ wavering: times, requestMs }): Machine => ({
      engine,
      times,
      requestMs,
      templateTokens,
    }));
    const calibrated = all.map((run, repeat) => figuresOf(asked, simulatedRecords(run.asked, machines[repeat]!)));
    const uncalibrated =
      predicted &&
      figuresOf(asked, simulatedRecords(asked, { engine, times: predicted, requestMs: 0, templateTokens }));
    const idle = all.flatMap(({ idleShare }) => idleShare ?? []);
    return {
      asked,
      measured: each((metric) => median(measured.map((figures) => figures[metric]))),
      calibrated: each((metric) => median(calibrated.map((figures) => figures[metric]))),
      ...(uncalibrated ? { uncalibrated } : {}),
      spread: each((metric) => {
        const values = measured.map((figures) => figures[metric]);
        return (Math.max(...values) - Math.min(...values)) / median(values);
      }),
      ...(idle.length > 0 ? { idleShare: median(idle) } : {}),
    };
  });
  return { name: runs.name, about: runs.about, learned, points };
}

export interface MetricScore {
  readonly metric: Metric;
  readonly medianError: number;
  readonly worstError: number;
  /** median of simulated / measured, less 1 */
  readonly bias: number;
  readonly allowed: number;
  /** points within what is allowed, or within 1.5 times the spread of their repeats */
  readonly within: number;
  readonly points: number;
  readonly holds: boolean;
}

export function metricScores(
  points: readonly PointScore[],
  kind: "calibrated" | "uncalibrated",
): readonly MetricScore[] {
  return METRICS.flatMap((metric): MetricScore[] => {
    const rows = points.flatMap(({ measured, spread, [kind]: simulated }) =>
      simulated ? [{ error: simulated[metric] / measured[metric] - 1, spread: spread[metric] }] : [],
    );
    if (rows.length === 0) return [];
    const errors = rows.map(({ error }) => Math.abs(error));
    const allowed = Math.max(ALLOWED[metric], SPREAD_TIMES * median(rows.map(({ spread }) => spread)));
    const medianError = median(errors);
    return [
      {
        metric,
        medianError,
        worstError: Math.max(...errors),
        bias: median(rows.map(({ error }) => error)),
        allowed,
        within: rows.filter(({ error, spread }) => Math.abs(error) <= Math.max(ALLOWED[metric], SPREAD_TIMES * spread))
          .length,
        points: rows.length,
        holds: medianError <= allowed,
      },
    ];
  });
}

const each = (of: (metric: Metric) => number): Figures => ({
  throughput: of("throughput"),
  "ttft p50": of("ttft p50"),
  "ttft p95": of("ttft p95"),
  "gap p50": of("gap p50"),
  "gap p95": of("gap p95"),
});

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

import {
  closedWorkload,
  type EngineSettings,
  type Lengths,
  type RequestRecord,
  simulate,
  type StepTimes,
  summarize,
} from "../../src/predict/serving/index.ts";

/** What is asked of an engine: users who ask again, at once or after thinking. */
export interface Asked {
  readonly users: number;
  readonly prompt: Lengths;
  readonly output: Lengths;
  readonly thinkMs: number;
  /** measured; each user's first comes on top. Instead of it, for how long requests leave */
  readonly requests?: number;
  readonly durationMs?: number;
  /** the users' first requests are spread over this */
  readonly spreadMs: number;
  readonly seed: number;
}

/** Measured: what was asked, and all that came of it, warm-up included. Times count from the run's beginning. */
export interface MeasuredRun {
  readonly asked: Asked;
  readonly records: readonly RequestRecord[];
  /** share of the machine's time that nobody used, 0 to 1: what other programs may have taken is seen in it */
  readonly idleShare?: number;
}

/** What is compared. */
export const METRICS = ["throughput", "ttft p50", "ttft p95", "gap p50", "gap p95"] as const;
export type Metric = (typeof METRICS)[number];
export type Figures = Readonly<Record<Metric, number>>;

export interface Machine {
  readonly engine: EngineSettings;
  readonly times: StepTimes;
  readonly requestMs: number;
  /** tokens at the beginning of every prompt that are the template's */
  readonly templateTokens: number;
}

/** The same users asking the simulator: of the measured run nothing is known here but what was asked. */
export function simulatedRecords(asked: Asked, machine: Machine): readonly RequestRecord[] {
  const { users, prompt, output, thinkMs, spreadMs, requests, durationMs, seed } = asked;
  const { engine, times, requestMs, templateTokens } = machine;
  const shape = { prompt, output, ...(templateTokens > 0 ? { sharedTokens: templateTokens } : {}) };
  const extent = {
    ...(requests === undefined ? {} : { requests }),
    ...(durationMs === undefined ? {} : { durationMs: durationMs + spreadMs }),
  };
  const workload = closedWorkload({ users, thinkMs, spreadMs, warmUp: true }, extent, shape, seed);
  return simulate({ workload, engine, times, requestMs, seed: 1 }).records;
}

/** As `loadout bench` sums up: from when each user has asked once. */
export function figuresOf({ users, spreadMs }: Asked, records: readonly RequestRecord[]): Figures {
  const first = records.filter(({ id }) => id < users);
  const waveMs = first.reduce((most, { scheduledMs }) => Math.max(most, scheduledMs), 0);
  const measuredFromMs = Math.max(spreadMs, waveMs + 1e-6);
  const { outputTokensPerSec, ttftMs, gapMs } = summarize(records, { loop: "closed", measuredFromMs });
  return {
    throughput: outputTokensPerSec,
    "ttft p50": ttftMs.fromSend?.p50 ?? Number.NaN,
    "ttft p95": ttftMs.fromSend?.p95 ?? Number.NaN,
    "gap p50": gapMs?.p50 ?? Number.NaN,
    "gap p95": gapMs?.p95 ?? Number.NaN,
  };
}

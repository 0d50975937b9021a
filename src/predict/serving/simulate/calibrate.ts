import { type RequestRecord, tpotMs, ttftMs } from "../measures/index.ts";
import type { EngineSettings } from "./engine-of.ts";
import { leastSquares } from "./least-squares.ts";
import { type StepCosts, timesOf } from "./linear-times.ts";
import { type ObservedStep, observedDraws, observedPrompts } from "./observed-steps.ts";
import { replayWorkload } from "./replay.ts";
import { simulate } from "./simulate.ts";
import type { StepTimes } from "./step-times.ts";
import { wavering } from "./wavering.ts";

/** A short run of the real engine: its records, and how it was set. */
export interface Probe {
  readonly records: readonly RequestRecord[];
  readonly engine: EngineSettings;
}

export interface CalibratedTimes {
  /** what steps take as a rule */
  readonly times: StepTimes;
  /** the same, wavering as the steps of the runs did: for runs that are simulated */
  readonly wavering: StepTimes;
  readonly costs: StepCosts;
  /** what a request takes before it reaches the engine, ms: network, template, tokens */
  readonly requestMs: number;
  /** root mean square of the logarithms that are left, over requests' first tokens and paces */
  readonly spread: number;
  readonly requests: number;
}

const NAMES = ["fixedMs", "weightsMs", "streamMs", "promptMs", "depthMs", "promptDepthMs"] as const;
/** of the logarithm of each cost around where it starts */
const PRIOR_DEVIATION = 1.5;
/** a first token tells less than a pace: it waits for steps that are under way */
const FIRST_DEVIATION = 0.3;
const PACE_DEVIATION = 0.15;
/** of the same, around what steps told that were seen by themselves, where both prompts and drawing were */
const REPLAY_DEVIATION = 0.5;
/** what a record tells without replaying anything, of its logarithm */
const SEEN_DEVIATION = 0.02;
const LEAST_MS = 1e-4;
/** network, reading, template, tokens on the same machine */
const REQUEST_MS = 3;
/** of the logarithms of that, and of the factors of small micro-batches, in units of {@link PRIOR_DEVIATION} */
const REQUEST_SCALE = 0.5;
const FACTOR_SCALE = 0.3;
/** what caches cost differs most from model to model: a small one is all attention */
const DEPTH_SCALE = 2;
/** beyond so many streams the formula alone is asked */
const MOST_FACTORS = 16;

/**
 * Costs of a step such that steps that records show by themselves (only tokens drawn, or a lone prompt) take as long as they did, and
 * such that the simulator, asked the same at the same times, gives the first tokens and paces that were measured: least squares of
 * logarithms. A replay alone is a poor teacher: a step more or less decides who shares one with whom. It starts from what a lone request tells, or from `start`. Undefined: nothing to
 * learn from.
 */
export function calibrate(probes: readonly Probe[], start?: StepCosts): CalibratedTimes | undefined {
  const runs = probes
    .map(({ records, engine }) => ({ engine, records: records.filter(({ outcome }) => outcome === "ok") }))
    .filter(({ records }) => records.length > 0)
    .map(({ engine, records }) => ({
      engine,
      records,
      workload: replayWorkload(records, "open"),
      seen: [...observedDraws(records), ...observedPrompts(records, engine)],
    }));
  const all = runs.flatMap(({ records }) => records);
  const first = start ?? startFrom(all);
  if (first === undefined) return undefined;
  const seen = runs.flatMap((run) => run.seen);
  const counts = streamsSeen(seen);
  const from = [...NAMES.map((name) => Math.log(Math.max(LEAST_MS, first[name]))), 0, ...counts.map(() => 0)];
  const costsAt = (at: readonly number[]): StepCosts => ({
    fixedMs: Math.exp(at[0]!),
    weightsMs: Math.exp(at[1]!),
    streamMs: Math.exp(at[2]!),
    promptMs: Math.exp(at[3]!),
    depthMs: Math.exp(from[4]! + DEPTH_SCALE * (at[4]! - from[4]!)),
    promptDepthMs: Math.exp(from[5]! + DEPTH_SCALE * (at[5]! - from[5]!)),
    ...(counts.length > 1 ? { fewFactors: factorsOf(counts, at.slice(7)) } : {}),
  });
  const requestMsAt = (at: readonly number[]) => REQUEST_MS * Math.exp(REQUEST_SCALE * at[6]!);
  const seenAt = (at: readonly number[]): number[] => {
    const times = timesOf(costsAt(at), "", "calibrated");
    return seen.map(({ measuredMs, works, arrives }) => {
      const ms = works.reduce((sum, work) => sum + times.stepMs(work), arrives ? requestMsAt(at) : 0);
      return Math.log(ms / measuredMs) / SEEN_DEVIATION;
    });
  };
  const replayedAt = (at: readonly number[]): number[] => {
    const times = timesOf(costsAt(at), "", "calibrated");
    const requestMs = requestMsAt(at);
    return runs.flatMap(({ records, engine, workload }) => {
      const again = simulate({ workload, engine, times, requestMs, seed: 1 });
      const byId = new Map(again.records.map((record) => [record.id, record]));
      return records.flatMap((record) => {
        const same = byId.get(record.id);
        const ratio = (of: (one: RequestRecord) => number | undefined, deviation: number) => {
          const [a, b] = [of(record), same && of(same)];
          return a !== undefined && a > 0 ? [Math.log(Math.max(LEAST_MS, b ?? a) / a) / deviation] : [0];
        };
        return [...ratio((one) => ttftMs(one, "send"), FIRST_DEVIATION), ...ratio(tpotMs, PACE_DEVIATION)];
      });
    });
  };
  // first what changes smoothly with the costs; replays jump, and would end the search wherever it happens to be
  const told = leastSquares(seenAt, from, PRIOR_DEVIATION);
  const both = seen.some(({ arrives }) => arrives) && seen.some(({ arrives }) => !arrives);
  const residuals = (costs: readonly number[]) => [...seenAt(costs), ...replayedAt(costs).map(tamed)];
  const at = leastSquares(residuals, told, both ? REPLAY_DEVIATION : PRIOR_DEVIATION);
  const costs = costsAt(at);
  const left = replayedAt(at).map((value, index) => value * (index % 2 === 0 ? FIRST_DEVIATION : PACE_DEVIATION));
  const times = timesOf(costs, `${all.length} measured requests`, "calibrated");
  return {
    times,
    wavering: wavering(
      times,
      seen.flatMap(({ ratios = [] }) => ratios),
    ),
    costs,
    requestMs: requestMsAt(at),
    spread: Math.sqrt(left.reduce((sum, value) => sum + value * value, 0) / Math.max(1, left.length)),
    requests: all.length,
  };
}

/** Near 0 as it is; far from it only as its root: one request that met another step says little. */
function tamed(value: number): number {
  return Math.sign(value) * Math.sqrt(2 * (Math.sqrt(1 + value * value) - 1));
}

/** Counts of streams whose steps were seen. */
function streamsSeen(seen: readonly ObservedStep[]): readonly number[] {
  const counts = seen.flatMap(({ works: [work], arrives }) =>
    arrives || work === undefined ? [] : work.decodeStreams,
  );
  return [...new Set(counts)].filter((count) => count <= MOST_FACTORS).sort((a, b) => a - b);
}

/** From one on; what was not seen lies straight between its neighbours. */
function factorsOf(counts: readonly number[], logs: readonly number[]): readonly number[] {
  const last = counts.at(-1) ?? 0;
  return Array.from({ length: last }, (_, at) => {
    const upper = counts.findIndex((count) => count >= at + 1);
    const lower = Math.max(0, upper - 1);
    const span = counts[upper]! - counts[lower]!;
    const share = span > 0 ? (at + 1 - counts[lower]!) / span : 0;
    return Math.exp(FACTOR_SCALE * (logs[lower]! + share * (logs[upper]! - logs[lower]!)));
  });
}

/** What the fastest pace and the fastest prompt tell, split as such machines usually are. */
function startFrom(records: readonly RequestRecord[]): StepCosts | undefined {
  const paces = records.map(tpotMs).filter((ms) => ms !== undefined && ms > 0);
  const prompts = records.map((record) => {
    const computed = record.promptTokens - (record.cachedTokens ?? 0);
    return (ttftMs(record, "send") ?? Infinity) / Math.max(1, computed);
  });
  const paceMs = paces.reduce<number>((least, ms) => Math.min(least, ms ?? Infinity), Infinity);
  const promptMs = prompts.reduce((least, ms) => Math.min(least, ms), Infinity);
  if (!Number.isFinite(promptMs)) return undefined;
  const step = Number.isFinite(paceMs) ? paceMs : promptMs * 10;
  return {
    fixedMs: step * 0.1,
    weightsMs: step * 0.8,
    streamMs: step * 0.12,
    promptMs: promptMs * 0.9,
    depthMs: step * 0.05,
    promptDepthMs: promptMs * 0.05,
  };
}

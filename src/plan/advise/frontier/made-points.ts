import {
  closedLoop,
  closedWorkload,
  type Distribution,
  type Lengths,
  simulate,
  summarizeAfter,
  type Summary,
  type Target,
} from "../../../predict/serving/index.ts";
import type { FitRequest } from "../../fit/index.ts";
import type { SimulatedEngine } from "../simulate/index.ts";
import { bandedRate, bandedTime, stepDoubts, together, wider } from "./doubt.ts";
import { limitPerSec, type MeanLengths } from "./limit.ts";
import type { BarePoint } from "./point.ts";
import type { ServerSetting } from "./settings.ts";

/** What is asked of every setting. */
export interface FrontierLoad {
  readonly prompt: Lengths;
  readonly output: Lengths;
  readonly mean: MeanLengths;
  readonly targets: readonly Target[];
  readonly seed: number;
}

export interface PointQuestion {
  readonly request: FitRequest;
  readonly engine: SimulatedEngine;
  readonly load: FrontierLoad;
}

/** Requests behind each figure: a p95 stands on some hundred, and each user asks some times. */
const LEAST_REQUESTS = 120;
const TURNS = 6;

/** The same setting under the same load twice: by the closed form, and step by step. */
export function madePoints(
  { request, engine, load }: PointQuestion,
  setting: ServerSetting,
  users: number,
): BarePoint[] {
  const { slots, stepTokens, choice, times } = setting;
  const { mean, targets, seed } = load;
  const active = Math.min(users, slots);
  const doubts = stepDoubts(request, choice, engine, active, mean);
  const limit = limitPerSec(request, choice, engine, active, mean);
  const knobs = { users, slots, stepTokens };
  const splitCache = setting.engine.kind === "llama-server" && !setting.engine.unified;
  const form = closedLoop({ ...knobs, ...mean, splitCache, times });
  const whole = together(doubts, form.promptShare);
  const first = wider(whole, doubts.prompts);
  const shareOf = (rate: number) => (limit === undefined ? {} : { shareOfLimit: rate / limit });
  const rate = bandedRate(form.outputTokensPerSec, whole);
  const ttft = bandedTime(form.ttftMs, first);
  const predicted: BarePoint = {
    origin: "predicted",
    knobs,
    tokensPerSec: rate,
    eachTokensPerSec: bandedRate(form.outputTokensPerSec / users, whole),
    ttftMs: { p50: ttft, p95: ttft },
    gapMs: { p50: bandedTime(form.gapMs.p50, doubts.draws), p95: bandedTime(form.gapMs.p95, first) },
    tpotMs: bandedTime(form.tpotMs, whole),
    ...shareOf(form.outputTokensPerSec),
    doubts: [],
    overloaded: false,
  };
  const workload = closedWorkload(
    // together they would go on together: each in its turn, over the time of one answer
    { users, spreadMs: form.ttftMs + (mean.outputTokens - 1) * form.tpotMs },
    { requests: Math.max(LEAST_REQUESTS, TURNS * users) },
    { prompt: load.prompt, output: load.output },
    seed,
  );
  const run = simulate({ workload, engine: setting.engine, times, seed });
  const summary = summarizeAfter(run.records, users, "closed", targets);
  const tokensPerSec = rateOf(summary);
  const simulated: BarePoint = {
    origin: times.provenance === "calibrated" ? "simulated (calibrated)" : "simulated (datasheet)",
    knobs,
    tokensPerSec: bandedRate(tokensPerSec, whole),
    eachTokensPerSec: bandedRate(tokensPerSec / users, whole),
    ttftMs: timesOf(summary.ttftMs.fromSchedule, (value) => bandedTime(value, first)),
    gapMs: {
      p50: bandedTime(summary.gapMs?.p50 ?? 0, doubts.draws),
      p95: bandedTime(summary.gapMs?.p95 ?? 0, first),
    },
    tpotMs: bandedTime(summary.tpotMs?.p95 ?? 0, whole),
    ...shareOf(tokensPerSec),
    doubts: summary.doubts,
    overloaded: summary.requests.failed > 0,
    summary,
  };
  return [predicted, simulated];
}

/** Without the drain at the end, where that is known. */
export function rateOf({ steadyOutputTokensPerSec, outputTokensPerSec }: Summary): number {
  return steadyOutputTokensPerSec ?? outputTokensPerSec;
}

function timesOf<Of>(values: Distribution | undefined, of: (value: number) => Of): { p50: Of; p95: Of } {
  return { p50: of(values?.p50 ?? 0), p95: of(values?.p95 ?? 0) };
}

import {
  type CalibratedTimes,
  closedLoop,
  type ClosedLoopFigures,
  closedWorkload,
  type Lengths,
  simulate,
  type StepTimes,
  summarizeAfter,
  type Summary,
  type Target,
} from "../../../predict/serving/index.ts";
import type { FitRequest } from "../../fit/index.ts";
import type { SimulatedEngine } from "../simulate/index.ts";
import {
  bandedRate,
  bandedTime,
  spreadDoubts,
  type StepDoubts,
  stepDoubts,
  type TimeDoubt,
  together,
  wider,
} from "./doubt.ts";
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

/** Times of steps that measured runs taught. */
export type Learned = Pick<CalibratedTimes, "times" | "wavering" | "requestMs" | "spread">;

/** The same setting under the same load by the closed form, step by step, and, where something was learned, once more with that. */
export function madePoints(
  question: PointQuestion,
  setting: ServerSetting,
  users: number,
  learned?: Learned,
): BarePoint[] {
  const { request, engine, load } = question;
  const { slots, choice, times } = setting;
  const active = Math.min(users, slots);
  const doubts = stepDoubts(request, choice, engine, active, load.mean);
  const limit = limitPerSec(request, choice, engine, active, load.mean);
  const around: Around = { load, setting, users, ...(limit === undefined ? {} : { limit }) };
  const form = formOf(around, times);
  return [
    predictedPoint(around, form, doubts),
    // what these runs taught says more than what others did before
    ...(learned && times.provenance === "calibrated" ? [] : [simulatedPoint(around, form, times, doubts, 0)]),
    ...(learned
      ? [
          simulatedPoint(
            around,
            formOf(around, learned.times),
            learned.wavering,
            spreadDoubts(learned),
            learned.requestMs,
          ),
        ]
      : []),
  ];
}

interface Around {
  readonly load: FrontierLoad;
  readonly setting: ServerSetting;
  readonly users: number;
  /** most tokens per second that the machine allows */
  readonly limit?: number;
}

function formOf({ load, setting, users }: Around, times: StepTimes): ClosedLoopFigures {
  const { slots, stepTokens, engine } = setting;
  const splitCache = engine.kind === "llama-server" && !engine.unified;
  return closedLoop({ users, slots, stepTokens, ...load.mean, splitCache, times });
}

function predictedPoint(around: Around, form: ClosedLoopFigures, doubts: StepDoubts): BarePoint {
  const whole = together(doubts, form.promptShare);
  const first = wider(whole, doubts.prompts);
  const ttft = bandedTime(form.ttftMs, first);
  return {
    origin: "predicted",
    ...ratesOf(around, form.outputTokensPerSec, whole),
    ttftMs: { p50: ttft, p95: ttft },
    gapMs: { p50: bandedTime(form.gapMs.p50, doubts.draws), p95: bandedTime(form.gapMs.p95, first) },
    tpotMs: bandedTime(form.tpotMs, whole),
    doubts: [],
    overloaded: false,
  };
}

function simulatedPoint(
  around: Around,
  form: ClosedLoopFigures,
  times: StepTimes,
  doubts: StepDoubts,
  requestMs: number,
): BarePoint {
  const { load, setting, users } = around;
  const { prompt, output, mean, targets, seed } = load;
  const workload = closedWorkload(
    // together they would go on together: each in its turn, over the time of one answer
    { users, spreadMs: form.ttftMs + (mean.outputTokens - 1) * form.tpotMs },
    { requests: Math.max(LEAST_REQUESTS, TURNS * users) },
    { prompt, output },
    seed,
  );
  const run = simulate({ workload, engine: setting.engine, times, requestMs, seed });
  const summary = summarizeAfter(run.records, users, "closed", targets);
  const whole = together(doubts, form.promptShare);
  const first = wider(whole, doubts.prompts);
  const { fromSchedule } = summary.ttftMs;
  return {
    origin: times.provenance === "calibrated" ? "simulated (calibrated)" : "simulated (datasheet)",
    ...ratesOf(around, rateOf(summary), whole),
    ttftMs: { p50: bandedTime(fromSchedule?.p50 ?? 0, first), p95: bandedTime(fromSchedule?.p95 ?? 0, first) },
    gapMs: {
      p50: bandedTime(summary.gapMs?.p50 ?? 0, doubts.draws),
      p95: bandedTime(summary.gapMs?.p95 ?? 0, first),
    },
    tpotMs: bandedTime(summary.tpotMs?.p95 ?? 0, whole),
    doubts: summary.doubts,
    overloaded: summary.requests.failed > 0,
    summary,
  };
}

function ratesOf({ setting, users, limit }: Around, tokensPerSec: number, doubt: TimeDoubt) {
  const { slots, stepTokens } = setting;
  return {
    knobs: { users, slots, stepTokens },
    tokensPerSec: bandedRate(tokensPerSec, doubt),
    eachTokensPerSec: bandedRate(tokensPerSec / users, doubt),
    ...(limit === undefined ? {} : { shareOfLimit: tokensPerSec / limit }),
  };
}

/** Without the drain at the end, where that is known. */
export function rateOf({ steadyOutputTokensPerSec, outputTokensPerSec }: Summary): number {
  return steadyOutputTokensPerSec ?? outputTokensPerSec;
}

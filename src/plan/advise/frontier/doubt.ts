import { BANDS, type Banded } from "../../../predict/serving/index.ts";
import { decodePace, type Pace, prefillPace } from "../../../predict/speed/index.ts";
import { type Choice, type FitRequest, paceInput } from "../../fit/index.ts";
import type { SimulatedEngine } from "../simulate/index.ts";
import type { MeanLengths } from "./limit.ts";

/** How much longer (and shorter) times may be than predicted, as factors at the ends of the 80% band. */
export interface TimeDoubt {
  readonly slow: number;
  readonly fast: number;
}

export interface StepDoubts {
  readonly prompts: TimeDoubt;
  readonly draws: TimeDoubt;
}

const UNKNOWN = 0.5;

/** Of steps with so many streams: what the speed model says of its own paces. */
export function stepDoubts(
  request: FitRequest,
  choice: Choice,
  engine: SimulatedEngine,
  streams: number,
  { promptTokens, outputTokens }: MeanLengths,
): StepDoubts {
  if (engine === "vllm") {
    const wide = BANDS["vllm"] ?? UNKNOWN;
    const doubt = { slow: Math.exp(wide), fast: Math.exp(-wide) };
    return { prompts: doubt, draws: doubt };
  }
  const input = paceInput(request, choice);
  return {
    prompts: doubtOf(prefillPace(input, promptTokens)),
    draws: doubtOf(decodePace({ ...input, streams }, promptTokens + outputTokens / 2)),
  };
}

function doubtOf(pace: Pace | undefined): TimeDoubt {
  if (pace === undefined || pace.low <= 0) return { slow: Math.exp(UNKNOWN), fast: Math.exp(-UNKNOWN) };
  return { slow: pace.tokensPerSec / pace.low, fast: pace.tokensPerSec / pace.high };
}

/** Of a standard normal: 80% lie within so many deviations. */
const EIGHTY = 1.2816;
/** What stays between a machine's runs, whatever was learned of one. */
const LEAST_SPREAD = 0.03;

/** Of times that measured runs taught: what was left between them and their replay. */
export function spreadDoubts({ spread }: { readonly spread: number }): StepDoubts {
  const wide = EIGHTY * Math.max(LEAST_SPREAD, spread);
  const doubt = { slow: Math.exp(wide), fast: Math.exp(-wide) };
  return { prompts: doubt, draws: doubt };
}

/** Of a time of which prompts are this share. */
export function together({ prompts, draws }: StepDoubts, promptShare: number): TimeDoubt {
  const mix = (end: "slow" | "fast") => promptShare * prompts[end] + (1 - promptShare) * draws[end];
  return { slow: mix("slow"), fast: mix("fast") };
}

export function wider(one: TimeDoubt, other: TimeDoubt): TimeDoubt {
  return { slow: Math.max(one.slow, other.slow), fast: Math.min(one.fast, other.fast) };
}

export function bandedTime(value: number, { slow, fast }: TimeDoubt): Banded {
  return { value, low: value * fast, high: value * slow };
}

export function bandedRate(value: number, { slow, fast }: TimeDoubt): Banded {
  return { value, low: value / slow, high: value / fast };
}

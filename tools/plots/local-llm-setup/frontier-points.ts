import type { Rig } from "../../../src/facts/hardware/index.ts";
import { frontier } from "../../../src/plan/advise/index.ts";
import { choose, GOALS, paceInput, type Choice, type FitRequest, type Goal } from "../../../src/plan/fit/index.ts";
import { serverRates } from "../../../src/predict/serving/index.ts";
import { decodePace, prefillPace } from "../../../src/predict/speed/index.ts";
import type { MeasuredPoint, PlotLoadout } from "../plot.ts";
import { publishedCurve, type PublishedPoint } from "../published.ts";
import { asked } from "../question.ts";

/** A model that the same person ran under two engines on one card, with as many users as the card would take. */
const MODEL = "gemma-4-12B-it";
const QUANT = "Q4_K_M";
const CARD = "rtx-3090";
export const LIMIT_WATTS = 220;
export const PROMPT = 512;
export const ANSWER = 256;
export const PUBLISHER = "LottoLottoLotto/4x3090-llm-benchmarks";
const STREAMS = [1, 2, 4, 8, 16, 32, 64] as const;
/** Requests the published server took at a time. */
export const MOST_SLOTS = 8;
const GOALS_MARKED: readonly Goal[] = ["interactive", "mixed", "batch"];

/** What so many users at a time are predicted to get. */
export type PredictedPoint = Required<
  Pick<MeasuredPoint, "streams" | "msPerToken" | "outputPerSec" | "outputLow" | "outputHigh">
>;

/** One engine's frontier, predicted and as somebody measured it. */
export interface EngineCurve {
  readonly engine: "llama.cpp" | "vLLM";
  readonly predicted: readonly PredictedPoint[];
  readonly measured: readonly MeasuredPoint[];
  /** request by request, where that was done */
  readonly simulated: readonly MeasuredPoint[];
}

/** Where a goal's plan stands on the frontier. */
export interface OperatingPoint {
  readonly goal: Goal;
  readonly point: PredictedPoint;
  readonly loadout: PlotLoadout;
}

export async function frontierPoints(): Promise<{
  readonly llamaCpp: EngineCurve;
  readonly vllm: EngineCurve;
  readonly goals: readonly OperatingPoint[];
}> {
  const rig = { gpu: [CARD] };
  const question = await asked(MODEL, QUANT, rig, { gpuLayers: "all" }, limited);
  const alike = choose(question.request);
  const at = (streams: number) => predictedAt(question.request, alike, streams);
  const goals: OperatingPoint[] = [];
  for (const goal of GOALS_MARKED) {
    const of = await asked(MODEL, QUANT, rig, { goal, gpuLayers: "all" }, limited);
    const { users, settings } = choose(of.request);
    goals.push({ goal, point: at(users), loadout: { ...of.loadout, id: `${of.loadout.id}, ${goal}`, settings } });
  }
  const one = { sourceStarts: PUBLISHER, count: 1, powerLimitWatts: LIMIT_WATTS };
  const slots = publishedCurve({
    ...one,
    engine: "llama.cpp",
    model: "gemma-4-12b-it-Q4_K_M.gguf",
    quant: "gguf-q4_k_m",
  });
  const batched = publishedCurve({ ...one, engine: "vllm", model: "gemma-4-12B-it-AWQ-INT4", quant: "awq-int4" });
  return {
    llamaCpp: {
      engine: "llama.cpp",
      predicted: STREAMS.map(at),
      measured: slots.map(withoutQuestion),
      simulated: simulatedOf(question.request),
    },
    vllm: {
      engine: "vLLM",
      predicted: batched.map(predictedServer),
      measured: batched.map(withoutQuestion),
      simulated: [],
    },
    goals,
  };
}

/** llama-server with a slot for everybody, as many users as it had: of the steps the one that makes most. */
function simulatedOf(request: FitRequest): MeasuredPoint[] {
  const fixed = (tokens: number) => ({ kind: "fixed", tokens }) as const;
  const mean = { promptTokens: PROMPT, outputTokens: ANSWER };
  const load = { prompt: fixed(PROMPT), output: fixed(ANSWER), mean, targets: [], seed: 1 };
  const room = { ...request, wishes: { ...request.wishes, context: PROMPT + ANSWER } };
  const made = frontier({ request: room, engine: "llama-server", load, usersUpTo: MOST_SLOTS, targetsAsked: false });
  const points = (made?.points ?? []).filter(
    ({ origin, knobs }) => origin === "simulated (datasheet)" && knobs.slots === knobs.users,
  );
  const users = [...new Set(points.map(({ knobs }) => knobs.users))];
  return users.flatMap((count) => {
    const [best] = points
      .filter(({ knobs }) => knobs.users === count)
      .toSorted((one, other) => other.tokensPerSec.value - one.tokensPerSec.value);
    if (!best) return [];
    const { value, low, high } = best.tokensPerSec;
    return [
      {
        from: "simulated",
        source: "loadout frontier",
        what: "llama.cpp",
        streams: count,
        msPerToken: best.gapMs.p50.value,
        outputPerSec: value,
        outputLow: low,
        outputHigh: high,
      },
    ];
  });
}

/** The published runs held the card below its board's power; no flag of the command line says that. */
function limited(rig: Rig): Rig {
  return { ...rig, devices: rig.devices.map((device) => ({ ...device, powerLimitWatts: LIMIT_WATTS })) };
}

function withoutQuestion({ question: _, ...point }: PublishedPoint): MeasuredPoint {
  return point;
}

function predictedServer({ streams, question }: PublishedPoint): PredictedPoint {
  const { model, cards, requests, replicas } = question;
  const rates = serverRates(model.load, model.width, cards, { ...requests, streams }, { replicas });
  return {
    streams,
    msPerToken: rates.timePerTokenSeconds.value * 1000,
    outputPerSec: rates.outputTokensPerSec.value,
    outputLow: rates.outputTokensPerSec.low,
    outputHigh: rates.outputTokensPerSec.high,
  };
}

/** All users' prompts, then all their answers, as `loadout offload` counts a batch job. */
function predictedAt(request: FitRequest, alike: Choice, streams: number): PredictedPoint {
  const goal = GOALS.batch;
  const settings = {
    ...alike.settings,
    sequences: streams,
    context: streams * 1024,
    batch: goal.microBatch,
    microBatch: goal.microBatch,
  };
  const input = paceInput(request, { settings, threads: alike.threads });
  const decode = decodePace({ ...input, streams }, PROMPT + ANSWER / 2);
  const prefill = prefillPace(input, PROMPT);
  if (!decode || !prefill) throw new Error(`no pace is known of ${MODEL} on ${CARD}`);
  const output = (of: "tokensPerSec" | "low" | "high") => ANSWER / (PROMPT / prefill[of] + ANSWER / decode[of]);
  return {
    streams,
    msPerToken: (1000 * streams) / decode.tokensPerSec,
    outputPerSec: output("tokensPerSec"),
    outputLow: output("low"),
    outputHigh: output("high"),
  };
}

import { frontier, markAt, lineSwatch, paint, panelsChart, type Key, type Series } from "../../../src/draw/index.ts";
import type { Rig } from "../../../src/facts/hardware/index.ts";
import { formatNumber } from "../../../src/facts/units/index.ts";
import {
  choose,
  GOALS,
  paceInput,
  READING,
  type Choice,
  type FitRequest,
  type Goal,
} from "../../../src/plan/fit/index.ts";
import { serverRates } from "../../../src/predict/serving/index.ts";
import { decodePace, prefillPace } from "../../../src/predict/speed/index.ts";
import type { MeasuredPoint, Plot, TaskOptions } from "../plot.ts";
import { publishedCurve } from "../published.ts";
import { asked, FACTS_DATE, RUNTIME_NAME } from "../question.ts";

/** A model that the same person ran under two engines on one card, with as many users as the card would take. */
const MODEL = "gemma-4-12B-it";
const QUANT = "Q4_K_M";
const CARD = "rtx-3090";
const LIMIT_WATTS = 220;
const PROMPT = 512;
const ANSWER = 256;
const PUBLISHER = "LottoLottoLotto/4x3090-llm-benchmarks";
/** Requests the published server took at a time: more of them had the same pace, and waited 16 s and more. */
const SLOTS = 8;
const STREAMS = [1, 2, 4, 8, 16, 32, 64] as const;

/** Predicted, and what it was predicted for. */
interface Predicted {
  readonly streams: number;
  readonly msPerToken: number;
  readonly outputPerSec: number;
  readonly outputLow: number;
  readonly outputHigh: number;
}

const GOALS_MARKED: readonly Goal[] = ["interactive", "mixed", "batch"];

export async function frontierPlot({ receipts = [] }: TaskOptions): Promise<Plot> {
  const limited = (rig: Rig): Rig => ({
    ...rig,
    devices: rig.devices.map((device) => ({ ...device, powerLimitWatts: LIMIT_WATTS })),
  });
  const rigFlags = { gpu: [CARD] };
  const question = await asked(MODEL, QUANT, rigFlags, { gpuLayers: "all" }, limited);
  const alike = choose(question.request);
  const at = (streams: number) => predictedAt(question.request, alike, streams);
  const llamaCpp = STREAMS.map(at);
  const goals = [];
  for (const goal of GOALS_MARKED) {
    const of = await asked(MODEL, QUANT, rigFlags, { goal, gpuLayers: "all" }, limited);
    const choice = choose(of.request);
    goals.push({ goal, loadout: of.loadout, choice, point: at(choice.users) });
  }
  const measuredHere = publishedCurve({
    sourceStarts: PUBLISHER,
    engine: "llama.cpp",
    model: "gemma-4-12b-it-Q4_K_M.gguf",
    quant: "gguf-q4_k_m",
    count: 1,
  });
  const vllm = publishedCurve({
    sourceStarts: PUBLISHER,
    engine: "vllm",
    model: "gemma-4-12B-it-AWQ-INT4",
    quant: "awq-int4",
    count: 1,
  });
  const vllmPredicted = vllm.map(({ streams, question: { model, cards, requests, replicas } }): Predicted => {
    const rates = serverRates(model.load, model.width, cards, { ...requests, streams }, { replicas });
    return {
      streams,
      msPerToken: rates.timePerTokenSeconds.value * 1000,
      outputPerSec: rates.outputTokensPerSec.value,
      outputLow: rates.outputTokensPerSec.low,
      outputHigh: rates.outputTokensPerSec.high,
    };
  });
  const best = (points: readonly MeasuredPoint[]) =>
    Math.max(
      ...frontier(points.map(({ msPerToken, outputPerSec }) => ({ x: msPerToken, y: outputPerSec }))).map(({ y }) => y),
    );
  const alone = measuredHere[0]!;
  const shared = measuredHere.find(({ streams }) => streams === SLOTS)!;
  const over = ({ streams, outputPerSec }: MeasuredPoint) =>
    formatNumber(llamaCpp.find((point) => point.streams === streams)!.outputPerSec / outputPerSec, 2);
  const series: Series[] = [
    predictedSeries("vLLM", vllmPredicted, paint("s1")),
    predictedSeries("llama.cpp", llamaCpp, paint("s2")),
    measuredSeries(vllm, paint("s1"), "ring"),
    measuredSeries(measuredHere, paint("s2"), "dot"),
    ...(receipts.length > 0 ? [measuredSeries(receipts, paint("s3"), "square")] : []),
    {
      colour: paint("ink"),
      mark: "diamond",
      points: goals.map(({ goal, point }) => ({
        x: point.msPerToken,
        y: point.outputPerSec,
        label: `${goal} (${point.streams})`,
      })),
    },
  ];
  const text = {
    title: `One user of llama.cpp gets ${formatNumber(alone.outputPerSec, 2)} tokens a second; eight share ${formatNumber(shared.outputPerSec, 3)}. vLLM, built for many, reaches ${formatNumber(best(vllm), 2)} on the same card`,
    subtitle: `Tokens a second of all users against the time between two tokens of one; Gemma 4 12B in 4 bits, RTX 3090 at ${LIMIT_WATTS} W`,
    description:
      "A scatter plot on logarithmic axes: throughput of all users against time per token, predicted as lines with bands and measured as points, for llama.cpp and vLLM, with the operating points of three goals.",
    notes: [
      `Numbers beside points: users at a time. Prompts of ${PROMPT} and answers of ${ANSWER} tokens. llama.cpp: beyond ${SLOTS} users requests wait for a slot and nothing is gained; Loadout's prediction is ${over(alone)} times what was measured with one user and ${over(shared)} times with ${SLOTS}, beyond its own band: a miss that stays in the picture. vLLM's coefficients were fitted to rows of this rig, and its prompts lay in the prefix cache. Bands: 80%.`,
    ],
    source: `Lines: Loadout, ${RUNTIME_NAME}. Points: ${PUBLISHER}, June and July 2026`,
    date: FACTS_DATE,
    table: {
      columns: ["engine", "kind", "users", "ms per token", "tokens a second, all users", "80% band"],
      rows: [
        ...tableRows("llama.cpp", "predicted", llamaCpp),
        ...tableRows("llama.cpp", "measured", measuredHere),
        ...tableRows("vLLM", "predicted", vllmPredicted),
        ...tableRows("vLLM", "measured", vllm),
        ...goals.flatMap(({ goal, point }) => tableRows("llama.cpp", `goal ${goal}`, [point])),
        ...receipts.flatMap((point) => tableRows(point.what, point.from, [point])),
      ],
    },
  };
  const panel = {
    x: {
      label: "milliseconds between two tokens of one user",
      scale: "log" as const,
      domain: [8, 400] as const,
      ticks: [10, 20, 50, 100, 200, 400],
      format: (value: number) => formatNumber(value),
    },
    y: {
      label: "tokens a second, all users",
      scale: "log" as const,
      domain: [30, 2000] as const,
      ticks: [50, 100, 200, 500, 1000, 2000],
      format: (value: number) => formatNumber(value),
    },
    series,
    rules: [
      {
        axis: "x" as const,
        at: 1000 / READING.decodePerSec,
        label: "reading pace",
        shade: "above" as const,
      },
    ],
  };
  const keys: Key[] = [
    { label: "predicted", mark: lineSwatch(paint("soft")) },
    { label: "measured, llama.cpp", mark: (x, y) => markAt("dot", x + 8, y, paint("s2")) },
    { label: "measured, vLLM", mark: (x, y) => markAt("ring", x + 8, y, paint("s1")) },
    ...(receipts.length > 0
      ? [{ label: "receipts", mark: (x: number, y: number) => markAt("square", x + 8, y, paint("s3")) }]
      : []),
    { label: "what a goal chooses", mark: (x, y) => markAt("diamond", x + 8, y, paint("ink")) },
  ];
  return {
    name: "throughput-latency-frontier",
    svg: (theme) => panelsChart({ text, panels: [panel], keys, plotHeight: 330 }, theme),
    data: {
      schema: "loadout/plot/1",
      plot: "throughput-latency-frontier",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: [...text.notes, `the card is held at ${LIMIT_WATTS} W, which no flag of the command line says`],
      loadouts: goals.map(({ goal, loadout, choice }) => ({
        ...loadout,
        id: `${loadout.id}, ${goal}`,
        settings: choice.settings,
      })),
      rows: [
        ...llamaCpp.map((point) => ({ engine: "llama.cpp", from: "predicted", ...point })),
        ...vllmPredicted.map((point) => ({ engine: "vllm", from: "predicted", ...point })),
        ...goals.map(({ goal, point }) => ({ engine: "llama.cpp", from: "predicted", goal, ...point })),
        ...measuredHere.map(({ question: _, ...point }) => ({ engine: "llama.cpp", ...point })),
        ...vllm.map(({ question: _, ...point }) => ({ engine: "vllm", ...point })),
        ...receipts.map((point) => ({ engine: point.what, ...point })),
      ],
    },
  };
}

/** All users' prompts, then all their answers, as `loadout offload` counts a batch job. */
function predictedAt(request: FitRequest, alike: Choice, streams: number): Predicted {
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

function predictedSeries(label: string, points: readonly Predicted[], colour: string): Series {
  return {
    label,
    colour,
    line: "solid",
    points: points.map(({ msPerToken, outputPerSec, outputLow, outputHigh }) => ({
      x: msPerToken,
      y: outputPerSec,
      low: outputLow,
      high: outputHigh,
    })),
  };
}

function measuredSeries(points: readonly MeasuredPoint[], colour: string, mark: "dot" | "ring" | "square"): Series {
  return {
    colour,
    mark,
    points: points.map(({ msPerToken, outputPerSec, streams }) => ({
      x: msPerToken,
      y: outputPerSec,
      label: String(streams),
    })),
  };
}

function tableRows(
  engine: string,
  kind: string,
  points: readonly (Predicted | MeasuredPoint)[],
): (readonly string[])[] {
  return points.map(({ streams, msPerToken, outputPerSec, outputLow, outputHigh }) => [
    engine,
    kind,
    String(streams),
    formatNumber(msPerToken),
    formatNumber(outputPerSec),
    outputLow === undefined || outputHigh === undefined
      ? "-"
      : `${formatNumber(outputLow)} to ${formatNumber(outputHigh)}`,
  ]);
}

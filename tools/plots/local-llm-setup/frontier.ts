import { receiptPanels } from "./receipt-panels.ts";
import { frontier, lineSwatch, markAt, paint, panelsChart, type Key, type Series } from "../../../src/draw/index.ts";
import { formatNumber } from "../../../src/facts/units/index.ts";
import { READING } from "../../../src/plan/fit/index.ts";
import type { MeasuredPoint, Plot, TaskOptions } from "../plot.ts";
import { FACTS_DATE, RUNTIME_NAME } from "../question.ts";
import {
  ANSWER,
  frontierPoints,
  LIMIT_WATTS,
  MOST_SLOTS,
  PROMPT,
  PUBLISHER,
  type EngineCurve,
  type PredictedPoint,
} from "./frontier-points.ts";

/** Requests the published server took at a time: more of them had the same pace, and waited 16 s and more. */
const SLOTS = MOST_SLOTS;

export async function frontierPlot({ points = [] }: TaskOptions): Promise<Plot> {
  const { llamaCpp, vllm, goals } = await frontierPoints();
  const receipts = points.filter(({ from, on }) => from !== "simulated" && on === undefined);
  const elsewhere = points.filter(({ on }) => on !== undefined);
  const simulated = [...llamaCpp.simulated, ...points.filter(({ from }) => from === "simulated")];
  const alone = withUsers(llamaCpp.measured, 1);
  const shared = withUsers(llamaCpp.measured, SLOTS);
  const most = withUsers(llamaCpp.simulated, SLOTS);
  const best = Math.max(...frontier(vllm.measured.map(place)).map(({ y }) => y));
  const series: Series[] = [
    predictedSeries(vllm, paint("s1")),
    predictedSeries(llamaCpp, paint("s2")),
    ...(simulated.length > 0 ? [simulatedSeries(simulated)] : []),
    measuredSeries(vllm.measured, paint("s1"), "ring"),
    measuredSeries(llamaCpp.measured, paint("s2"), "dot"),
    ...(receipts.length > 0 ? [measuredSeries(receipts, paint("s3"), "square")] : []),
    {
      colour: paint("ink"),
      mark: "diamond",
      points: goals.map(({ goal, point }) => ({ ...place(point), label: `${goal} (${point.streams})` })),
    },
  ];
  const text = {
    title: `One user of llama.cpp gets ${formatNumber(alone.outputPerSec, 2)} tok/s, eight share ${formatNumber(shared.outputPerSec, 3)}; vLLM reaches ${formatNumber(best, 2)} on the same card`,
    subtitle: `Tokens a second of all users against the time between two tokens of one; Gemma 4 12B in 4 bits, RTX 3090 at ${LIMIT_WATTS} W`,
    description:
      "A scatter plot on logarithmic axes: throughput of all users against time per token, predicted as lines with bands and measured as points, for llama.cpp and vLLM, with the operating points of three goals.",
    notes: [
      `Numbers beside points: users at a time. Prompts of ${PROMPT} and answers of ${ANSWER} tokens. llama.cpp: beyond ${SLOTS} users requests wait for a slot and nothing is gained; its line lies at ${missOf(llamaCpp, alone)} what was measured with one user, and at ${missOf(llamaCpp, shared)} with ${SLOTS}; the simulation, with a slot for everybody, at ${formatNumber(most.outputPerSec / shared.outputPerSec, 2)} times. vLLM's coefficients were fitted to rows of this rig, and its prompts lay in the prefix cache. Bands: 80%.`,
    ],
    source: `Lines: Loadout, ${RUNTIME_NAME}. Points: ${PUBLISHER}, ${datesOf([...llamaCpp.measured, ...vllm.measured])}${elsewhere.length > 0 ? "; receipts: data/receipts" : ""}`,
    date: FACTS_DATE,
    table: {
      columns: ["engine", "kind", "users", "ms per token", "tokens a second, all users", "80% band"],
      rows: [
        ...[llamaCpp, vllm].flatMap(({ engine, predicted, measured }) => [
          ...tableRows(engine, "predicted", predicted),
          ...tableRows(engine, "measured", measured),
        ]),
        ...tableRows("llama.cpp", "simulated", llamaCpp.simulated),
        ...goals.flatMap(({ goal, point }) => tableRows("llama.cpp", `goal ${goal}`, [point])),
        ...points.flatMap((point) => tableRows(point.what, point.from, [point])),
      ],
    },
  };
  const panel = {
    ...(elsewhere.length > 0 ? { title: `Gemma 4 12B, RTX 3090` } : {}),
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
    ...(simulated.length > 0
      ? [{ label: "simulated", mark: (x: number, y: number) => markAt("square", x + 8, y, paint("s4")) }]
      : []),
    ...(receipts.length + elsewhere.length > 0
      ? [{ label: "receipts", mark: (x: number, y: number) => markAt("square", x + 8, y, paint("s3")) }]
      : []),
    { label: "what a goal chooses", mark: (x, y) => markAt("diamond", x + 8, y, paint("ink")) },
  ];
  return {
    name: "throughput-latency-frontier",
    svg: (theme) => panelsChart({ text, panels: [panel, ...receiptPanels(elsewhere)], keys, plotHeight: 330 }, theme),
    data: {
      schema: "loadout/plot/1",
      plot: "throughput-latency-frontier",
      title: text.title,
      description: text.description,
      source: text.source,
      date: text.date,
      notes: [...text.notes, `the card is held at ${LIMIT_WATTS} W, which no flag of the command line says`],
      loadouts: goals.map(({ loadout }) => loadout),
      rows: [
        ...[llamaCpp, vllm].flatMap(({ engine, predicted, measured }) => [
          ...predicted.map((point) => ({ engine, from: "predicted", ...point })),
          ...measured.map((point) => ({ engine, ...point })),
        ]),
        ...llamaCpp.simulated.map((point) => ({ engine: "llama.cpp", ...point })),
        ...goals.map(({ goal, point }) => ({ engine: "llama.cpp", from: "predicted", goal, ...point })),
        ...points.map((point) => ({ ...point })),
      ],
    },
  };
}

/** A measurement's place in the picture. */
function place({ msPerToken, outputPerSec }: Pick<MeasuredPoint, "msPerToken" | "outputPerSec">) {
  return { x: msPerToken, y: outputPerSec };
}

function withUsers<Point extends { readonly streams: number }>(points: readonly Point[], users: number): Point {
  const point = points.find(({ streams }) => streams === users);
  if (!point) throw new Error(`no point of ${users} users`);
  return point;
}

/** First and last day that points were measured on. */
function datesOf(points: readonly MeasuredPoint[]): string {
  const days = points.flatMap(({ date }) => date ?? []).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined ? "undated" : first === last ? first : `${first} to ${last}`;
}

/** How far a prediction is from what was measured, and whether its own band says so. */
function missOf({ predicted }: EngineCurve, { streams, outputPerSec }: MeasuredPoint): string {
  const { outputPerSec: said, outputLow, outputHigh } = withUsers(predicted, streams);
  const inside = outputLow <= outputPerSec && outputPerSec <= outputHigh;
  return `${formatNumber(said / outputPerSec, 2)} times ${inside ? "(inside its band)" : "(outside its band)"}`;
}

function predictedSeries({ engine, predicted }: EngineCurve, colour: string): Series {
  const points = predicted.map((point) => ({ ...place(point), low: point.outputLow, high: point.outputHigh }));
  return { label: engine, colour, line: "solid", points };
}

function simulatedSeries(points: readonly MeasuredPoint[]): Series {
  return {
    colour: paint("s4"),
    line: "dashed",
    mark: "square",
    points: points.map((point) => ({
      ...place(point),
      ...(point.outputLow === undefined || point.outputHigh === undefined
        ? {}
        : { low: point.outputLow, high: point.outputHigh }),
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
  points: readonly (PredictedPoint | MeasuredPoint)[],
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

import { formatNumber } from "../../facts/units/index.ts";
import type { FrontierAnswer } from "../../plan/answer/index.ts";
import type { FrontierPoint } from "../../plan/advise/index.ts";
import { READING } from "../../plan/fit/index.ts";
import { markAt, panelsChart, type Series } from "../charts/index.ts";
import { frontier, lineSwatch, type Key } from "../parts/index.ts";
import { paint, type Theme } from "../svg/index.ts";
import { logAxis } from "./ticks.ts";
import { FACTS_DATE } from "../../plan/answer/index.ts";

/** Tokens a second of all users against those of each: predicted, simulated and measured, with what each goal would choose. */
export function frontierChart(answer: FrontierAnswer, theme: Theme = "auto", width?: number): string {
  const valid = answer.points.filter(({ doubts, overloaded }) => doubts.length === 0 && !overloaded);
  const place = ({ eachTokensPerSec, tokensPerSec }: FrontierPoint) => ({
    x: eachTokensPerSec.value,
    y: tokensPerSec.value,
  });
  const of = (start: string) => valid.filter(({ origin }) => origin.startsWith(start));
  const [predicted, simulated, measured] = [of("predicted"), of("simulated"), of("measured")];
  const edge = (points: readonly FrontierPoint[]) =>
    // more for each is better: the line runs along the points that none beats in both
    frontier(points.map((point) => ({ ...place(point), x: -place(point).x }))).map(({ x, y }) => ({ x: -x, y }));
  const series: Series[] = [
    ...(predicted.length > 0 ? [{ colour: paint("s2"), line: "dotted" as const, points: edge(predicted) }] : []),
    ...(simulated.length > 0
      ? [
          { colour: paint("s1"), line: "solid" as const, points: edge(simulated) },
          {
            colour: paint("s1"),
            mark: "ring" as const,
            points: simulated.map((point) => ({
              ...place(point),
              low: point.tokensPerSec.low,
              high: point.tokensPerSec.high,
            })),
          },
        ]
      : []),
    ...(measured.length > 0 ? [{ colour: paint("s3"), mark: "square" as const, points: measured.map(place) }] : []),
    {
      colour: paint("ink"),
      mark: "diamond",
      points: goalsOf(answer).map(({ names, point }) => ({
        ...place(point),
        label: `${names.join(", ")} (${point.knobs.users})`,
      })),
    },
  ];
  const ends = valid.flatMap(({ tokensPerSec }) => [tokensPerSec.low, tokensPerSec.high]);
  const rate = (value: number) => formatNumber(value);
  const text = {
    ...(width === undefined ? {} : { width }),
    title: upper(answer.says),
    subtitle: `Tokens a second of all users against those of each; prompts of ${answer.asked.prompt}, answers of ${answer.asked.output} tokens`,
    description:
      "A scatter plot on logarithmic axes: throughput of all users against the pace of each, with bands and the points that goals would choose.",
    notes: ["In brackets: users at a time. Upright lines: 80% bands. Left of the dashed line readers wait for words."],
    source: `Loadout, ${answer.engine}: ${answer.source}`,
    date: FACTS_DATE,
    table: {
      columns: [
        "origin",
        "users",
        "slots",
        "step",
        "tok/s of all",
        "80% band",
        "each",
        "first token p95, ms",
        "gap p95, ms",
      ],
      rows: valid.map(({ origin, knobs, tokensPerSec, eachTokensPerSec, ttftMs, gapMs }) => [
        origin,
        String(knobs.users),
        String(knobs.slots ?? "-"),
        String(knobs.stepTokens ?? "-"),
        rate(tokensPerSec.value),
        `${rate(tokensPerSec.low)} to ${rate(tokensPerSec.high)}`,
        rate(eachTokensPerSec.value),
        rate(ttftMs.p95.value),
        rate(gapMs.p95.value),
      ]),
    },
  };
  const panel = {
    x: {
      label: "tokens a second, each user",
      scale: "log" as const,
      ...logAxis([...valid.map((point) => place(point).x), READING.decodePerSec]),
      format: rate,
    },
    y: { label: "tokens a second, all users", scale: "log" as const, ...logAxis(ends), format: rate },
    series,
    rules: [{ axis: "x" as const, at: READING.decodePerSec, label: "reading pace", shade: "below" as const }],
  };
  const keys: Key[] = [
    ...(simulated.length > 0
      ? [{ label: "simulated", mark: (x: number, y: number) => markAt("ring", x + 8, y, paint("s1")) }]
      : []),
    ...(predicted.length > 0 ? [{ label: "predicted, closed form", mark: lineSwatch(paint("s2"), "1.5 4") }] : []),
    ...(measured.length > 0
      ? [{ label: "measured", mark: (x: number, y: number) => markAt("square", x + 8, y, paint("s3")) }]
      : []),
    { label: "what a goal chooses", mark: (x, y) => markAt("diamond", x + 8, y, paint("ink")) },
  ];
  return panelsChart({ text, panels: [panel], keys, plotHeight: 250 }, theme);
}

/** Goals that choose the same point stand at it together. */
function goalsOf({ operating, points }: FrontierAnswer): { names: string[]; point: FrontierPoint }[] {
  const chosen = new Map<number, string[]>();
  for (const { name, point } of operating) chosen.set(point, [...(chosen.get(point) ?? []), name]);
  return [...chosen].map(([at, names]) => ({ names, point: points[at]! }));
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

import {
  lineSwatch,
  markAt,
  paint,
  panelsChart,
  type Key,
  type MarkShape,
  type Panel,
  type Series,
  type Theme,
} from "../../draw/index.ts";
import { formatDuration, formatNumber, formatPace, formatPercent } from "../../facts/units/index.ts";
import type { FrontierPoint, PointOrigin } from "../../plan/advise/index.ts";
import type { FrontierAnswer } from "../../plan/answer/index.ts";
import { timeTicks } from "./time-ticks.ts";

/** How each origin looks: measured on top of simulated on top of predicted. */
const LOOKS: Readonly<
  Record<
    PointOrigin,
    {
      readonly mark: MarkShape;
      readonly colour: "s1" | "s2" | "s3" | "s5";
      readonly line?: "solid" | "dashed" | "dotted";
    }
  >
> = {
  predicted: { mark: "ring", colour: "s5", line: "dotted" },
  "simulated (datasheet)": { mark: "dot", colour: "s1", line: "solid" },
  "simulated (calibrated)": { mark: "square", colour: "s3", line: "dashed" },
  measured: { mark: "diamond", colour: "s2" },
};
const ORDER: readonly PointOrigin[] = ["predicted", "simulated (datasheet)", "simulated (calibrated)", "measured"];

/**
 * Throughput of all over what each gets and over the wait for the first token, and the share of the machine's limit: for each origin what
 * nothing else of it beats, with bands of 80%; all that was measured.
 */
export function frontierPanels(answer: FrontierAnswer, date: string, theme: Theme = "auto"): string {
  const shown = shownPoints(answer);
  const origins = ORDER.filter((origin) => shown.some((point) => point.origin === origin));
  const keys: Key[] = origins.map((origin) => ({ label: origin, mark: swatch(origin) }));
  const panels = [
    panelOf(answer, shown, {
      title: "over what each user gets",
      xLabel: "tokens a second for each",
      x: ({ eachTokensPerSec }) => eachTokensPerSec.value,
      y: ({ tokensPerSec }) => tokensPerSec,
      format: (value) => formatNumber(value),
    }),
    panelOf(answer, shown, {
      title: "over the wait for the first token",
      xLabel: "first token, p95",
      x: ({ ttftMs }) => ttftMs.p95.value,
      y: ({ tokensPerSec }) => tokensPerSec,
      format: formatDuration,
    }),
    limitPanel(shown),
  ].filter((panel) => panel !== undefined);
  const { model, engine, rig, asked, operating } = answer;
  const names = rig.devices.map(({ name }) => name).join(" + ") || rig.host.cpu.model;
  return panelsChart(
    {
      text: {
        title: answer.says.charAt(0).toUpperCase() + answer.says.slice(1),
        subtitle: `${model.name} ${model.quantization}, ${engine} on ${names}; prompts of ${asked.prompt}, answers of ${asked.output} tokens`,
        description: `${answer.says}. Tokens a second of all users over the pace of each, and over the wait for the first token.`,
        notes: [
          ...operating.map(
            ({ name, point }) => `${name[0]!.toUpperCase()}: ${name}, ${knobsOf(answer.points[point]!)}.`,
          ),
          "Upright lines and shades: 80% of what may come out. Both axes go in doublings.",
        ],
        source: `loadout frontier, ${answer.source}`,
        date,
        table: tableOf(answer, shown),
      },
      panels,
      keys,
      plotHeight: 240,
    },
    theme,
  );
}

function shownPoints({ points, operating }: FrontierAnswer): FrontierPoint[] {
  const chosen = new Set(operating.map(({ point }) => point));
  const settings = new Set(points.filter((point, at) => point.onFrontier || chosen.has(at)).map(knobsOf));
  return points.filter(
    (point, at) =>
      point.tokensPerSec.value > 0 &&
      point.eachTokensPerSec.value > 0 &&
      point.ttftMs.p95.value > 0 &&
      (point.origin === "measured" ||
        chosen.has(at) ||
        (point.onFrontier && point.origin !== "predicted") ||
        // the closed form at the same settings
        (point.origin === "predicted" && settings.has(knobsOf(point)))),
  );
}

interface Axes {
  readonly title: string;
  readonly xLabel: string;
  readonly x: (point: FrontierPoint) => number;
  readonly y: (point: FrontierPoint) => { readonly value: number; readonly low: number; readonly high: number };
  readonly format: (value: number) => string;
}

function panelOf(
  answer: FrontierAnswer,
  shown: readonly FrontierPoint[],
  { title, xLabel, x, y, format }: Axes,
): Panel {
  const letters = lettersOf(answer);
  const series = ORDER.flatMap((origin): Series[] => {
    const points = shown
      .filter((point) => point.origin === origin)
      .toSorted((one, other) => x(one) - x(other))
      .map((point) => ({
        x: x(point),
        y: y(point).value,
        low: y(point).low,
        high: y(point).high,
        ...labelOf(point, letters),
      }));
    // no line: one point may be worse than its neighbour in what this panel does not show
    return points.length === 0 ? [] : [{ colour: paint(LOOKS[origin].colour), mark: LOOKS[origin].mark, points }];
  });
  const values = series.flatMap(({ points }) => points);
  return {
    title,
    x: doublingAxis(
      xLabel,
      values.map((point) => point.x),
      format,
    ),
    y: doublingAxis(
      "tokens a second of all",
      values.flatMap(({ low, high }) => [low ?? 1, high ?? 1]),
      (value) => formatNumber(value),
    ),
    series,
  };
}

function limitPanel(shown: readonly FrontierPoint[]): Panel | undefined {
  const known = shown.filter(({ shareOfLimit }) => shareOfLimit !== undefined);
  if (known.length === 0) return undefined;
  const series = ORDER.flatMap((origin): Series[] => {
    const best = new Map<number, number>();
    for (const { knobs, shareOfLimit = 0 } of known.filter((point) => point.origin === origin))
      best.set(knobs.users, Math.max(shareOfLimit, best.get(knobs.users) ?? 0));
    const points = [...best].map(([x, y]) => ({ x, y })).toSorted((one, other) => one.x - other.x);
    const { colour, mark, line } = LOOKS[origin];
    return points.length === 0 ? [] : [{ colour: paint(colour), mark, points, ...(line ? { line } : {}) }];
  });
  const values = series.flatMap(({ points }) => points);
  const most = Math.max(1, ...values.map(({ y }) => y));
  return {
    title: "share of what memory and arithmetic allow",
    x: doublingAxis(
      "users",
      values.map(({ x }) => x),
      (value) => formatNumber(value),
    ),
    y: { label: "", scale: "linear", domain: [0, most], format: (value) => formatPercent(value) },
    series,
    rules: most > 1 ? [{ axis: "y", at: 1, label: "the limit" }] : [],
  };
}

/** A logarithmic axis with a number at each doubling, or each second or fourth where they are many. */
function doublingAxis(label: string, values: readonly number[], format: (value: number) => string): Panel["x"] {
  const low = Math.min(...values.filter((value) => value > 0));
  const high = Math.max(...values);
  const [from, to] = [low / 1.1, Math.max(high, low) * 1.1];
  const spans = Math.max(1, Math.ceil(Math.log2(to / from) / 7));
  const doubled: number[] = [];
  for (let power = Math.ceil(Math.log2(from)); 2 ** power <= to; power += spans) doubled.push(2 ** power);
  const ticks = format === formatDuration ? timeTicks([from, to]) : doubled;
  return { label, scale: "log", domain: [from, to], ...(ticks.length < 2 ? {} : { ticks }), format };
}

function lettersOf({ operating, points }: FrontierAnswer): ReadonlyMap<FrontierPoint, string> {
  const letters = new Map<FrontierPoint, string>();
  for (const { name, point } of operating) {
    const chosen = points[point]!;
    letters.set(chosen, (letters.get(chosen) ?? "") + name[0]!.toUpperCase());
  }
  return letters;
}

function labelOf(point: FrontierPoint, letters: ReadonlyMap<FrontierPoint, string>): { readonly label?: string } {
  const letter = letters.get(point);
  if (letter !== undefined) return { label: letter };
  return point.origin === "measured" ? { label: point.name ?? `${formatNumber(point.knobs.users)} users` } : {};
}

function swatch(origin: PointOrigin): Key["mark"] {
  const { mark, colour } = LOOKS[origin];
  if (origin === "predicted") return (x, y) => markAt(mark, x + 8, y, paint(colour));
  const line = lineSwatch(paint(colour));
  return (x, y) => ({ name: "g", attributes: {}, children: [line(x, y), markAt(mark, x + 8, y, paint(colour))] });
}

function knobsOf({ knobs: { users, slots, stepTokens } }: FrontierPoint): string {
  const count = `${formatNumber(users)} ${users === 1 ? "user" : "users"}`;
  return `${count}, ${slots ?? "?"} ${slots === 1 ? "slot" : "slots"}, steps of ${stepTokens ?? "?"}`;
}

function tableOf(answer: FrontierAnswer, shown: readonly FrontierPoint[]) {
  const letters = lettersOf(answer);
  return {
    columns: [
      "origin",
      "users",
      "slots",
      "step",
      "tokens/s",
      "80%",
      "each",
      "first token p95",
      "gap p95",
      "of the limit",
      "valid",
      "chosen",
    ],
    rows: shown.map((point) => [
      point.name ?? point.origin,
      formatNumber(point.knobs.users),
      point.knobs.slots === undefined ? "-" : String(point.knobs.slots),
      point.knobs.stepTokens === undefined ? "-" : String(point.knobs.stepTokens),
      formatPace(point.tokensPerSec.value),
      `${formatNumber(point.tokensPerSec.low)} to ${formatNumber(point.tokensPerSec.high)}`,
      formatPace(point.eachTokensPerSec.value),
      formatDuration(point.ttftMs.p95.value),
      formatDuration(point.gapMs.p95.value),
      point.shareOfLimit === undefined ? "-" : formatPercent(point.shareOfLimit),
      point.doubts.length > 0 || point.overloaded ? "no" : "yes",
      letters.get(point) ?? "",
    ]),
  };
}

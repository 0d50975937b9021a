import {
  type ChartText,
  type DataTable,
  lineSwatch,
  paint,
  type Panel,
  panelsChart,
  type Series,
  type Theme,
} from "../../draw/index.ts";
import { formatDuration, formatNumber, formatPace } from "../../facts/units/index.ts";
import type { BenchAnswer, BenchPoint } from "../../plan/answer/index.ts";
import { timeTicks } from "./time-ticks.ts";
import { benchTable, loadName, modelName, rateOf } from "./bench-table.ts";

/** A measured endpoint as a picture: several loads as lines over the load, one load or two sides as shares of requests over time. */
export function benchChart(answer: BenchAnswer, date: string, theme: Theme = "auto"): string {
  return answer.points.length > 1 && answer.compared === undefined
    ? sweepChart(answer, date, theme)
    : sharesChart(answer, date, theme);
}

const FIRST = "s1";
const SECOND = "s2";

function sweepChart(answer: BenchAnswer, date: string, theme: Theme): string {
  const { points, knee } = answer;
  const loads = points.map(loadOf);
  const [low, high] = [Math.min(...loads), Math.max(...loads)];
  const x = {
    label: points.some(({ load }) => "users" in load) ? "users at the same time" : "requests a second",
    scale: "log" as const,
    domain: [low, Math.max(high, low * 1.01)] as const,
    ticks: loads,
    format: (value: number) => formatNumber(value),
  };
  const rules = knee === undefined ? [] : [{ axis: "x" as const, at: loads[knee.index]!, label: "knee" }];
  const line = (
    of: (point: BenchPoint) => number | undefined,
    label: string,
    at: "s1" | "s2",
    dashed = false,
  ): Series => ({
    label,
    colour: paint(at),
    line: dashed ? "dashed" : "solid",
    mark: dashed ? "ring" : "dot",
    points: points.flatMap((point, index) => {
      const value = of(point);
      const doubted = point.summary.doubts.length > 0 ? { label: "?" } : {};
      return value === undefined ? [] : [{ x: loads[index]!, y: value, ...doubted }];
    }),
  });
  const first = ({ summary }: BenchPoint) =>
    summary.loop === "open" ? summary.ttftMs.fromSchedule : summary.ttftMs.fromSend;
  const panels: Panel[] = [
    panelOf("tokens a second of all together", x, rules, [line(rateOf, "all", FIRST)], formatPace),
    panelOf("time to the first token", x, rules, [
      line((point) => first(point)?.p50, "p50", FIRST),
      line((point) => first(point)?.p95, "p95", SECOND, true),
    ]),
    panelOf("gap between two tokens", x, rules, [
      line(({ summary }) => summary.gapMs?.p50, "p50", FIRST),
      line(({ summary }) => summary.gapMs?.p99, "p99", SECOND, true),
    ]),
  ].filter((panel) => panel.series.some((series) => series.points.length > 0));
  return panelsChart({ text: textOf(answer, date), panels, plotHeight: 170 }, theme);
}

type XAxis = Panel["x"];

/** Times that differ by more than this go by the logarithm: a tail is many times a middle. */
const STRAIGHT = 5;

function panelOf(
  title: string,
  x: XAxis,
  rules: NonNullable<Panel["rules"]>,
  series: readonly Series[],
  format: (value: number) => string = formatDuration,
): Panel {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  const [low, high] = [Math.min(...values, Infinity), Math.max(...values, 0)];
  const straight = format !== formatDuration || high < STRAIGHT * low;
  const domain = straight ? ([0, high * 1.15 || 1] as const) : ([Math.max(1e-3, low / 1.3), high * 1.3] as const);
  return {
    title,
    x,
    y: {
      label: "",
      scale: straight ? "linear" : "log",
      domain,
      // nothing has no unit
      format: (value) => (value === 0 ? "0" : format(value)),
      ...(straight ? {} : { ticks: timeTicks(domain) }),
    },
    series,
    rules,
  };
}

function sharesChart(answer: BenchAnswer, date: string, theme: Theme): string {
  const { points, compared } = answer;
  const sides = compared ? [points, compared.points] : [points];
  const panels = [
    sharesPanel("time to the first token", sides, ({ sentMs, firstMs }) =>
      firstMs === undefined ? [] : [firstMs - sentMs],
    ),
    sharesPanel("gap between two tokens", sides, ({ tokenMs }) =>
      tokenMs.slice(1).map((at, index) => at - tokenMs[index]!),
    ),
    sharesPanel("whole answer", sides, ({ sentMs, endMs }) => [endMs - sentMs]),
  ].filter((panel) => panel !== undefined);
  const keys = compared
    ? [
        { label: "first", mark: lineSwatch(paint(FIRST)) },
        { label: "second", mark: lineSwatch(paint(SECOND), "6 4") },
      ]
    : [];
  return panelsChart({ text: textOf(answer, date), panels, keys, plotHeight: 170 }, theme);
}

type Request = BenchPoint["requests"][number];

/** Share of the shortest that may lie at the axis's beginning. */
const CLUMPED = 0.02;
/** So many places of a curve are drawn. */
const PLACES = 200;

/** Share of the values that are no longer than a time; warm-up left out. */
function sharesPanel(
  title: string,
  sides: readonly (readonly BenchPoint[])[],
  of: (request: Request) => readonly number[],
): Panel | undefined {
  const values = sides.map((points) =>
    Float64Array.from(
      points
        .flatMap(counted)
        .flatMap(of)
        .filter((ms) => ms > 0),
    ).sort(),
  );
  if (values.some((list) => list.length === 0)) return undefined;
  // a few events that came together would make the axis theirs
  const low = Math.min(...values.map((list) => list[Math.floor(list.length * CLUMPED)]!));
  const high = Math.max(...values.map((list) => list.at(-1)!));
  const straight = high < STRAIGHT * low;
  const domain = straight ? ([low * 0.95, high * 1.05] as const) : ([low / 1.1, high * 1.1] as const);
  return {
    title,
    x: {
      label: "",
      scale: straight ? "linear" : "log",
      domain,
      format: formatDuration,
      ...(straight ? {} : { ticks: timeTicks(domain) }),
    },
    y: {
      label: "share no longer",
      scale: "linear",
      domain: [0, 1],
      ticks: [0, 0.5, 0.9, 1],
      format: (value) => `${Math.round(value * 100)}%`,
    },
    series: values.map((list, side) => ({
      colour: paint(side === 0 ? FIRST : SECOND),
      line: side === 0 ? "solid" : "dashed",
      points: Array.from({ length: Math.min(PLACES, list.length) }, (_, at, count = Math.min(PLACES, list.length)) => {
        const place = count === 1 ? list.length - 1 : Math.round((at / (count - 1)) * (list.length - 1));
        return { x: list[place]!, y: (place + 1) / list.length };
      }),
    })),
  };
}

/** Requests that were measured and ended well, in the order of their schedule. */
function counted({ requests, summary }: BenchPoint): readonly Request[] {
  return requests
    .toSorted((a, b) => a.scheduledMs - b.scheduledMs)
    .slice(summary.requests.warmUp)
    .filter(({ outcome }) => outcome === "ok");
}

function loadOf({ load }: BenchPoint): number {
  return "users" in load ? load.users : load.requestsPerSec;
}

function textOf(answer: BenchAnswer, date: string): ChartText {
  const { endpoint, asked, points, compared } = answer;
  const title = findingOf(answer);
  const lengths = `prompts of ${asked.prompt}, answers of ${asked.output} tokens`;
  const invalid = points.filter(({ summary }) => summary.doubts.length > 0).length;
  const table: DataTable = benchTable(answer);
  return {
    title,
    subtitle: `${modelName(answer)}; ${lengths}`,
    description: `${title}. Measured at ${endpoint.base}${compared ? `, against ${compared.endpoint.base}` : ""}; ${lengths}.`,
    notes: [
      ...(points.length > 1 && !compared ? ["Each point is one load, warm-up left out."] : []),
      ...(invalid > 0
        ? [
            `${invalid} of ${points.length} points ${invalid === 1 ? "is" : "are"} not valid${points.length > 1 && !compared ? " (?)" : ""}: ` +
              "the client could not keep up with them.",
          ]
        : []),
    ],
    source: `loadout bench ${endpoint.base}, seed ${asked.seed}`,
    date,
    table,
  };
}

/** What a run found, as a sentence. */
export function findingOf({ points, knee, compared }: BenchAnswer): string {
  if (compared) {
    const { throughput } = compared;
    if (throughput === undefined) return "Two sides in turns: too few turns for an interval of the throughput";
    const { value, low, high } = throughput;
    const range = `x${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)})`;
    if (low > 1) return `The second makes more tokens a second: ${range}`;
    return high < 1
      ? `The second makes fewer tokens a second: ${range}`
      : `No difference of throughput is seen: ${range}`;
  }
  const most = points.reduce((best, point) => (rateOf(point) > rateOf(best) ? point : best));
  const best = points.length > 1 && knee !== undefined ? points[knee.index]! : most;
  const rate = `${formatPace(rateOf(best))} at ${loadName(best)}`;
  if (points.length === 1) return rate;
  return knee?.beyond ? `${rate}, and more may follow` : `${rate} is the most for the time an answer takes`;
}

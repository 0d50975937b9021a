import {
  axisOf,
  bottomAxis,
  framed,
  leftAxis,
  MARGIN,
  WIDTH,
  type Axis,
  type ChartText,
  type Key,
} from "../parts/index.ts";
import { element, moved, paint, SIZE, textAt, textWidth, type Element, type Theme } from "../svg/index.ts";
import { endLabels, pointLabels, ruleLabels, type PlotArea } from "./direct-labels.ts";
import { RULE_DASHES, seriesMarks } from "./marks.ts";
import type { Panel, Rule, Series } from "./panel.ts";

export interface PanelsChart {
  readonly text: ChartText;
  readonly panels: readonly Panel[];
  readonly keys?: readonly Key[];
  /** panels beside each other; 1 unless said */
  readonly columns?: number;
  /** of one plot, pixels */
  readonly plotHeight?: number;
}

const GAP = 20;
const BELOW = 40;

/** Lines, scatters and small multiples: one plot or several that are read alike. */
export function panelsChart(chart: PanelsChart, theme: Theme = "auto"): string {
  const { text, panels, keys = [], columns = 1, plotHeight = 280 } = chart;
  const width = ((text.width ?? WIDTH) - 2 * MARGIN - GAP * (columns - 1)) / columns;
  const titled = panels.some(({ title }) => title !== undefined);
  const named = panels.some(({ y }) => y.label !== "");
  const above = 8 + (titled ? 16 : 0) + (named ? 16 : 0);
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    Math.max(...panels.slice(row * columns, (row + 1) * columns).map(({ height = plotHeight }) => height)),
  );
  const topOf = (row: number) => rows.slice(0, row).reduce((sum, height) => sum + above + height + BELOW, 0);
  const children = panels.map((panel, index) =>
    moved(
      MARGIN + (index % columns) * (width + GAP),
      topOf(Math.floor(index / columns)),
      panelParts(panel, width, above, panel.height ?? plotHeight),
    ),
  );
  return framed(text, keys, { height: topOf(rows.length), children }, theme);
}

const END_GAP = 8;

function panelParts(panel: Panel, width: number, top: number, height: number): Element[] {
  const { title, series, rules = [] } = panel;
  const numbers = axisOf(panel.y, 1, 0).ticks.map((value) => textWidth(panel.y.format(value), SIZE.small));
  const left = Math.max(0, ...numbers) + 8;
  const end = Math.max(...series.flatMap(({ points }) => points.map((point) => point.x)), panel.x.domain[1]);
  const ends = series.map((one) => (endsAt(one, end) ? textWidth(one.label ?? "", SIZE.small) + END_GAP + 2 : 0));
  // half of the last number below the axis needs room as well
  const right = Math.max(10, ...ends);
  const plot: PlotArea = { x: left, y: top, width: width - left - right, height };
  const x = axisOf(panel.x, plot.x, plot.x + plot.width);
  const y = axisOf(panel.y, plot.y + plot.height, plot.y);
  const heads = [
    ...(title === undefined ? [] : [textAt(0, 12, title, { bold: true })]),
    ...(panel.y.label === "" ? [] : [textAt(0, top - 13, panel.y.label, { size: SIZE.small, fill: paint("soft") })]),
  ];
  return [
    ...heads,
    ...rules.flatMap((rule) => shadeOf(rule, x, y, plot)),
    ...leftAxis(y, plot.x, plot.width),
    ...bottomAxis(x, plot.y + plot.height, plot.height),
    ...rules.map((rule) => ruleLine(rule, x, y, plot)),
    ...seriesMarks(series, x, y),
    ...endLabels(
      series.filter((one) => endsAt(one, end)),
      x,
      y,
      plot,
      END_GAP,
    ),
    ...inPlot({ ...panel, series: series.map((one) => (endsAt(one, end) ? one : namedAtEnd(one))) }, x, y, plot),
  ];
}

/** Does it run through to the right edge, where its name has a column? */
function endsAt({ label, points }: Series, end: number): boolean {
  const last = points.at(-1);
  return label !== undefined && last !== undefined && last.x >= end;
}

/** A line that ends inside the plot is named beside its last point. */
function namedAtEnd(one: Series): Series {
  const last = one.points.at(-1);
  if (one.label === undefined || last === undefined) return one;
  return { ...one, points: [...one.points.slice(0, -1), { ...last, label: one.label }] };
}

/** Labels of limits, then of points: none touches another. */
function inPlot({ series, rules = [] }: Panel, x: Axis, y: Axis, plot: PlotArea): Element[] {
  const limits = ruleLabels(rules, series, x, y, plot);
  return [...limits.elements, ...pointLabels(series, x, y, plot, limits.boxes)];
}

function ruleLine({ axis, at, colour = paint("limit") }: Rule, x: Axis, y: Axis, plot: PlotArea): Element {
  const place =
    axis === "y"
      ? { x1: plot.x, x2: plot.x + plot.width, y1: y.at(at), y2: y.at(at) }
      : { x1: x.at(at), x2: x.at(at), y1: plot.y, y2: plot.y + plot.height };
  return element("line", { ...place, stroke: colour, "stroke-width": 1.5, "stroke-dasharray": RULE_DASHES });
}

function shadeOf({ axis, at, shade, colour = paint("limit") }: Rule, x: Axis, y: Axis, plot: PlotArea): Element[] {
  if (shade === undefined) return [];
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const place = axis === "y" ? y.at(at) : x.at(at);
  const before = (axis === "y") === (shade === "above");
  const box =
    axis === "y"
      ? { x: plot.x, width: plot.width, y: before ? plot.y : place, height: before ? place - plot.y : bottom - place }
      : {
          y: plot.y,
          height: plot.height,
          x: shade === "above" ? place : plot.x,
          width: shade === "above" ? right - place : place - plot.x,
        };
  return [element("rect", { ...box, fill: colour, "fill-opacity": 0.07 })];
}

import { area, line as lineThrough } from "d3-shape";
import type { Axis } from "../parts/index.ts";
import { element, paint, type Element } from "../svg/index.ts";
import type { MarkShape, Series } from "./panel.ts";

export const DASHES = { solid: undefined, dashed: "6 4", dotted: "1.5 4" } as const;
/** Of limits, whatever they limit. */
export const RULE_DASHES = "5 3";
export const MARK_RADIUS = 4;
const DIGITS = 2;

/** A mark around a point; shapes differ so that no series is told by its colour alone. */
export function markAt(shape: MarkShape, x: number, y: number, colour: string): Element {
  const r = MARK_RADIUS;
  const edge = { stroke: paint("paper"), "stroke-width": 1 };
  if (shape === "dot") return element("circle", { cx: x, cy: y, r, fill: colour, ...edge });
  if (shape === "ring")
    return element("circle", { cx: x, cy: y, r: r - 0.5, fill: paint("paper"), stroke: colour, "stroke-width": 2 });
  if (shape === "square")
    return element("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, fill: colour, ...edge });
  const d = `M${x - r - 1} ${y}L${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}Z`;
  return element("path", { d: rounded(d), fill: colour, ...edge });
}

/** Bands first, then lines, then marks: what is measured lies on top. */
export function seriesMarks(series: readonly Series[], x: Axis, y: Axis): Element[] {
  return [...series.flatMap((one) => bandOf(one, x, y)), ...series.flatMap((one) => lineOf(one, x, y))].concat(
    series.flatMap(({ mark, points, colour }) =>
      mark === undefined ? [] : points.map((point) => markAt(mark, x.at(point.x), y.at(point.y), colour)),
    ),
  );
}

function bandOf({ points, colour, line }: Series, x: Axis, y: Axis): Element[] {
  const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  if (banded.length === 0) return [];
  if (line === undefined) {
    return banded.map((point) => {
      const at = x.at(point.x);
      return element("line", { x1: at, x2: at, y1: y.at(point.low!), y2: y.at(point.high!), stroke: colour });
    });
  }
  const path = area<(typeof banded)[number]>()
    .digits(DIGITS)
    .x((point) => x.at(point.x))
    .y0((point) => y.at(point.low!))
    .y1((point) => y.at(point.high!))(banded);
  return path === null ? [] : [element("path", { d: path, fill: colour, "fill-opacity": 0.14 })];
}

function lineOf({ points, colour, line }: Series, x: Axis, y: Axis): Element[] {
  if (line === undefined || points.length === 0) return [];
  const path = lineThrough<(typeof points)[number]>()
    .digits(DIGITS)
    .x((point) => x.at(point.x))
    .y((point) => y.at(point.y))(points);
  const dashes = DASHES[line];
  const dashed = dashes === undefined ? {} : { "stroke-dasharray": dashes };
  return path === null
    ? []
    : [
        element("path", {
          d: path,
          fill: "none",
          stroke: colour,
          "stroke-width": 2,
          "stroke-linejoin": "round",
          ...dashed,
        }),
      ];
}

/** Coordinates inside path text, in hundredths. */
function rounded(path: string): string {
  return path.replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

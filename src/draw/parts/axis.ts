import { scaleLinear, scaleLog } from "d3-scale";
import { element, paint, SIZE, textAt, textWidth, type Element } from "../svg/index.ts";

/** How numbers become places. `ticks` are the numbers that are written; without them round ones are chosen. */
export interface AxisSpec {
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly domain: readonly [low: number, high: number];
  readonly ticks?: readonly number[];
  readonly format: (value: number) => string;
}

export interface Axis extends AxisSpec {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Where a number lies between two ends in pixels; numbers beyond the domain lie at its end. */
export function axisOf(spec: AxisSpec, from: number, to: number): Axis {
  const { domain, scale } = spec;
  const made = scale === "log" ? scaleLog() : scaleLinear();
  made.domain([...domain]).range([from, to]).clamp(true);
  const ticks = spec.ticks ?? made.ticks(scale === "log" ? 4 : 5);
  return { ...spec, ticks, at: (value) => made(value) };
}

const TICK = 4;

/** Numbers below a plot, the axis's label under them; a number that would touch the one before is left out. */
export function bottomAxis(axis: Axis, y: number, height: number): Element[] {
  let end = -Infinity;
  const ticks = axis.ticks.flatMap((value) => {
    const x = axis.at(value);
    const text = axis.format(value);
    const half = textWidth(text, SIZE.small) / 2;
    const line = element("line", { x1: x, x2: x, y1: y - height, y2: y + TICK, stroke: paint("grid") });
    if (x - half < end + 4) return [line];
    end = x + half;
    return [line, textAt(x, y + 16, text, { size: SIZE.small, fill: paint("soft"), anchor: "middle" })];
  });
  const middle = (axis.at(axis.domain[0]) + axis.at(axis.domain[1])) / 2;
  return [
    ...ticks,
    ...(axis.label === ""
      ? []
      : [textAt(middle, y + 32, axis.label, { size: SIZE.small, fill: paint("soft"), anchor: "middle" })]),
  ];
}

/** Numbers left of a plot; the axis's label stands above them. */
export function leftAxis(axis: Axis, x: number, width: number, numbers = true): Element[] {
  return axis.ticks.flatMap((value) => {
    const y = axis.at(value);
    const line = element("line", { x1: x, x2: x + width, y1: y, y2: y, stroke: paint("grid") });
    if (!numbers) return [line];
    return [
      line,
      textAt(x - 6, y + 4, axis.format(value), { size: SIZE.small, fill: paint("soft"), anchor: "end" }),
    ];
  });
}

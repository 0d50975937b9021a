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
  made.domain([...domain]).range([from, to]);
  const ticks = spec.ticks ?? made.ticks(scale === "log" ? 4 : 5);
  const at = (value: number): number => {
    if (Number.isNaN(value)) throw new RangeError(`a number on the axis "${spec.label}" is none`);
    return made(Math.min(domain[1], Math.max(domain[0], value)));
  };
  return { ...spec, ticks, at };
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

/** Numbers closer than this would touch. */
const APART = 14;

/** Numbers left of a plot; the axis's label stands above them. */
export function leftAxis(axis: Axis, x: number, width: number): Element[] {
  let last = Infinity;
  return axis.ticks
    .toSorted((one, other) => one - other)
    .flatMap((value) => {
      const y = axis.at(value);
      const line = element("line", { x1: x, x2: x + width, y1: y, y2: y, stroke: paint("grid") });
      if (last - y < APART) return [line];
      last = y;
      return [line, textAt(x - 6, y + 4, axis.format(value), { size: SIZE.small, fill: paint("soft"), anchor: "end" })];
    });
}

import { stack } from "d3-shape";
import { axisOf, bottomAxis, filledSwatch, framed, MARGIN, spread, WIDTH, type ChartText } from "../parts/index.ts";
import { RULE_DASHES } from "./marks.ts";
import { element, fitted, paint, SIZE, textAt, textWidth, type Element, type Theme } from "../svg/index.ts";

/** A bar: what it is made of, in the order of the parts. */
export interface Bar {
  readonly label: string;
  readonly note?: string;
  /** by key of a part; absent: none of it */
  readonly values: Readonly<Record<string, number>>;
  /** ends of the whole where it is not exact */
  readonly low?: number;
  readonly high?: number;
  /** what there is for this bar alone, drawn across it */
  readonly capacity?: number;
  /** written behind it */
  readonly end: string;
}

export interface Part {
  readonly key: string;
  readonly label: string;
  /** `paint(...)` */
  readonly colour: string;
}

export interface StackedBars {
  readonly text: ChartText;
  readonly parts: readonly Part[];
  readonly bars: readonly Bar[];
  /** lines that the bars are held against */
  readonly capacities: readonly { readonly value: number; readonly label: string }[];
  readonly axis: {
    readonly label: string;
    readonly most: number;
    readonly ticks: readonly number[];
    readonly format: (value: number) => string;
  };
}

const BAR = 20;
const STEP = 40;
const TOP = 18;
const MOST_NAME = 200;
const BELOW = 40;

export function stackedBars({ text, parts, bars, capacities, axis }: StackedBars, theme: Theme = "auto"): string {
  const names = bars.flatMap(({ label, note = "" }) => [
    textWidth(label, SIZE.text, true),
    textWidth(note, SIZE.small),
  ]);
  const nameWidth = Math.min(MOST_NAME, Math.max(0, ...names));
  const left = MARGIN + nameWidth + 10;
  const right = WIDTH - MARGIN - 4;
  const bottom = TOP + bars.length * STEP;
  const x = axisOf({ ...axis, scale: "linear", domain: [0, axis.most] }, left, right);
  const layers = stack<Bar, string>()
    .keys(parts.map(({ key }) => key))
    .value(({ values }, key) => values[key] ?? 0)([...bars]);
  const children: Element[] = [
    ...bottomAxis(x, bottom, bottom - TOP),
    ...layers.flatMap((layer, index) =>
      layer.flatMap(([from, to], row) => {
        if (!(to > from)) return [];
        const place = { x: x.at(from), y: TOP + row * STEP + (STEP - BAR) / 2, height: BAR };
        return [element("rect", { ...place, width: x.at(to) - x.at(from), fill: parts[index]!.colour })];
      }),
    ),
    ...bars.flatMap((bar, row) => ownCapacity(bar, TOP + row * STEP, x.at)),
    ...capacityLines(capacities, x.at, bottom, right),
    ...bars.flatMap((bar, row) =>
      barText(bar, { left, right, y: TOP + row * STEP + STEP / 2, ground: parts[0]?.colour ?? paint("ink") }, x.at),
    ),
  ];
  const keys = parts.map(({ label, colour }) => ({ label, mark: filledSwatch(colour) }));
  return framed(text, keys, { height: bottom + BELOW, children }, theme);
}

function capacityLines(
  capacities: StackedBars["capacities"],
  at: (value: number) => number,
  bottom: number,
  right: number,
): Element[] {
  const widest = Math.max(0, ...capacities.map(({ label }) => textWidth(label, SIZE.small, true)));
  const wanted = capacities.map(({ value }) => at(value));
  const places = spread(wanted, widest + 4, MARGIN + widest / 2, right - widest / 2);
  return capacities.flatMap(({ label }, index) => {
    const x = wanted[index]!;
    const place = places[index];
    const line = element("line", {
      x1: x,
      x2: x,
      y1: TOP - 2,
      y2: bottom,
      stroke: paint("limit"),
      "stroke-width": 1.5,
      "stroke-dasharray": RULE_DASHES,
    });
    const style = { size: SIZE.small, bold: true, fill: paint("limit"), anchor: "middle" } as const;
    return place === undefined ? [line] : [line, textAt(place, TOP - 7, label, style)];
  });
}

/** A mark across one bar: what lies beyond it finds no room. */
function ownCapacity({ capacity }: Bar, top: number, at: (value: number) => number): Element[] {
  if (capacity === undefined) return [];
  const x = at(capacity);
  const place = { x1: x, x2: x, y1: top + 3, y2: top + STEP - 3 };
  return [element("line", { ...place, stroke: paint("limit"), "stroke-width": 2.5 })];
}

/** Name and note before the bar; behind it the interval of its end and what is said of it. */
function barText(
  bar: Bar,
  {
    left,
    right,
    y,
    ground,
  }: { readonly left: number; readonly right: number; readonly y: number; readonly ground: string },
  at: (value: number) => number,
): Element[] {
  const total = Object.values(bar.values).reduce((sum, value) => sum + value, 0);
  const { low = total, high = total } = bar;
  const width = textWidth(bar.end, SIZE.small);
  // not over the mark of what there is
  const { capacity } = bar;
  const drawn = Math.max(at(total), at(high));
  const blocked = capacity !== undefined && at(capacity) >= drawn - 2 && at(capacity) < drawn + width + 8;
  const behind = (blocked ? at(capacity) : drawn) + 6;
  // where there is no room behind the bar the words stand inside its beginning
  const outside = behind + width <= right;
  // the longest name has exactly its width, give or take what adding floats leaves
  const room = left - 10 - MARGIN + 0.01;
  const names = [
    textAt(left - 10, bar.note === undefined ? y + 4 : y - 2, fitted(bar.label, room, SIZE.text, true), {
      bold: true,
      anchor: "end",
    }),
    ...(bar.note === undefined
      ? []
      : [
          textAt(left - 10, y + 12, fitted(bar.note, room, SIZE.small), {
            size: SIZE.small,
            fill: paint("soft"),
            anchor: "end",
          }),
        ]),
  ];
  const interval =
    high > low
      ? [element("path", { d: whisker(at(low), at(high), y), fill: "none", stroke: paint("ink"), "stroke-width": 1.2 })]
      : [];
  const halo = { stroke: paint("paper"), "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
  return [
    ...names,
    ...interval,
    outside
      ? textAt(behind, y + 4, bar.end, { size: SIZE.small }, halo)
      : textAt(left + 6, y + 4, bar.end, { size: SIZE.small, fill: paint("paper") }, { ...halo, stroke: ground }),
  ];
}

function whisker(from: number, to: number, y: number): string {
  const [a, b, middle] = [from, to, y].map((value) => Math.round(value * 100) / 100);
  return `M${a} ${middle! - 4}V${middle! + 4}M${a} ${middle}H${b}M${b} ${middle! - 4}V${middle! + 4}`;
}

import { element, FONT, group, moved, paint, SIZE, textAt, textWidth, wrapped, writeSvg } from "../svg/index.ts";
import type { Element, Theme } from "../svg/index.ts";
import { hiddenTable, type DataTable } from "./table.ts";

/** Width that a chart is made for unless it is told another, pixels; it shrinks with the page. */
export const WIDTH = 640;
export const MARGIN = 16;

/** What is said around a picture. */
export interface ChartText {
  /** the finding, not the topic */
  readonly title: string;
  /** what is drawn, and in which unit */
  readonly subtitle: string;
  /** for whoever cannot see it */
  readonly description: string;
  /** how to read it, a line each */
  readonly notes?: readonly string[];
  readonly source: string;
  /** of the facts, never of the run */
  readonly date: string;
  /** what is drawn, as numbers */
  readonly table: DataTable;
  /** pixels, at least some 300; panels alone take another than {@link WIDTH} */
  readonly width?: number;
}

/** A picture between title and footer: `body` starts at the top left corner of what is left for it. */
export interface Body {
  readonly height: number;
  readonly children: readonly Element[];
}

/** A swatch and what it stands for, where a label beside the mark itself has no place. */
export interface Key {
  readonly label: string;
  readonly mark: (x: number, y: number) => Element;
}

const LINE = 1.32;
const SWATCH = 16;

export function framed(text: ChartText, keys: readonly Key[], body: Body, theme: Theme = "auto"): string {
  const { width = WIDTH } = text;
  const inner = width - 2 * MARGIN;
  const parts: Element[] = [];
  let y = MARGIN;
  const write = (said: string, size: number, bold: boolean, fill: "ink" | "soft") => {
    for (const line of wrapped(said, inner, size, bold)) {
      y += size * LINE;
      parts.push(textAt(MARGIN, y - size * 0.32, line, { size, bold, fill: paint(fill) }));
    }
  };
  write(text.title, SIZE.title, true, "ink");
  y += 2;
  write(text.subtitle, SIZE.text, false, "soft");
  if (keys.length > 0) {
    y += 8;
    const legend = keyRows(keys, inner);
    parts.push(moved(MARGIN, y, legend.children));
    y += legend.height;
  }
  y += 10;
  parts.push(moved(0, y, body.children));
  y += body.height + 8;
  for (const note of text.notes ?? []) write(note, SIZE.small, false, "soft");
  if ((text.notes ?? []).length > 0) y += 4;
  parts.push(element("line", { x1: MARGIN, x2: width - MARGIN, y1: y, y2: y, stroke: paint("grid") }));
  y += 3;
  write(`${text.source} · ${text.date}`, SIZE.small, false, "soft");
  const height = Math.ceil(y + MARGIN - 4);
  const root = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      "font-family": FONT,
      role: "figure",
      "aria-label": text.title,
    },
    [
      element("title", {}, [text.title]),
      element("desc", {}, [text.description]),
      element("rect", { width, height, fill: paint("paper") }),
      group(parts, { "aria-hidden": "true" }),
      hiddenTable(text.table),
    ],
  );
  return writeSvg(root, theme);
}

/** Keys in as many rows as they need. */
function keyRows(keys: readonly Key[], width: number): Body {
  const children: Element[] = [];
  let x = 0;
  let y = 8;
  for (const { label, mark } of keys) {
    const wide = SWATCH + 6 + textWidth(label, SIZE.text) + 14;
    if (x > 0 && x + wide > width + 14) {
      x = 0;
      y += SIZE.text * LINE + 2;
    }
    children.push(mark(x, y), textAt(x + SWATCH + 6, y + 4, label));
    x += wide;
  }
  return { height: y + 8, children };
}

/** Swatches that keys are made of; each is SWATCH wide around the line `y`. */
export function filledSwatch(fill: string): Key["mark"] {
  return (x, y) => element("rect", { x, y: y - 6, width: SWATCH, height: 12, rx: 2, fill });
}

export function lineSwatch(stroke: string, dashes?: string): Key["mark"] {
  const dashed = dashes === undefined ? {} : { "stroke-dasharray": dashes };
  return (x, y) => element("line", { x1: x, x2: x + SWATCH, y1: y, y2: y, stroke, "stroke-width": 2, ...dashed });
}

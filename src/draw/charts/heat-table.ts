import { filledSwatch, framed, MARGIN, WIDTH, type ChartText, type Key } from "../parts/index.ts";
import {
  element,
  fitted,
  paint,
  SIZE,
  textAt,
  textWidth,
  type Element,
  type PaintName,
  type Theme,
} from "../svg/index.ts";

/** A field: words, and a ground that says the same again. */
export interface Field {
  readonly text: string;
  readonly ground: "good" | "tight" | "none";
}

export interface HeatRow {
  readonly label: string;
  readonly note?: string;
  readonly fields: readonly Field[];
  /** columns of plain words behind the fields */
  readonly more: readonly string[];
}

export interface HeatTable {
  readonly text: ChartText;
  /** two lines above each field */
  readonly columns: readonly (readonly [upper: string, lower: string])[];
  readonly more: readonly (readonly [upper: string, lower: string])[];
  readonly rows: readonly HeatRow[];
  /** what the grounds mean; those that occur */
  readonly grounds: readonly { readonly ground: Field["ground"]; readonly label: string }[];
}

const ROW = 36;
const HEAD = 34;
const PAD = 2;
const MOST_NAME = 190;

export function heatTable({ text, columns, more, rows, grounds }: HeatTable, theme: Theme = "auto"): string {
  const names = rows.flatMap(({ label, note = "" }) => [
    textWidth(label, SIZE.text, true),
    textWidth(note, SIZE.small),
  ]);
  const nameWidth = Math.min(MOST_NAME, Math.max(0, ...names));
  const left = MARGIN + nameWidth + 8;
  const plain = more.map(([upper, lower], index) =>
    Math.max(
      44,
      ...[upper, lower, ...rows.map((row) => row.more[index] ?? "")].map((said) => textWidth(said, SIZE.small) + 8),
    ),
  );
  const behind = plain.reduce((sum, width) => sum + width, 0);
  const each = (WIDTH - MARGIN - left - behind) / Math.max(1, columns.length);
  const endOf = (index: number) => WIDTH - MARGIN - plain.slice(index + 1).reduce((sum, width) => sum + width, 0);
  const children: Element[] = [
    ...columns.flatMap((words, index) => head(words, left + (index + 0.5) * each, "middle")),
    ...more.flatMap((words, index) => head(words, endOf(index), "end")),
    ...rows.flatMap(({ label, note, fields, more: said }, row) => {
      const y = HEAD + row * ROW;
      return [
        textAt(
          MARGIN,
          y + (note === undefined ? ROW / 2 + 4 : ROW / 2 - 2),
          fitted(label, nameWidth, SIZE.text, true),
          { bold: true },
        ),
        ...(note === undefined
          ? []
          : [
              textAt(MARGIN, y + ROW / 2 + 12, fitted(note, nameWidth, SIZE.small), {
                size: SIZE.small,
                fill: paint("soft"),
              }),
            ]),
        ...fields.flatMap((field, index) => fieldParts(field, left + index * each, y, each)),
        ...said.map((words, index) => textAt(endOf(index), y + ROW / 2 + 4, words, { anchor: "end" })),
      ];
    }),
  ];
  const keys: Key[] = grounds.map(({ ground, label }) => ({ label, mark: filledSwatch(paint(ground)) }));
  return framed(text, keys, { height: HEAD + rows.length * ROW, children }, theme);
}

function head([upper, lower]: readonly [string, string], x: number, anchor: "middle" | "end"): Element[] {
  const style = { size: SIZE.small, anchor };
  return [textAt(x, 12, upper, { ...style, bold: true }), textAt(x, 26, lower, { ...style, fill: paint("soft") })];
}

function fieldParts({ text, ground }: Field, x: number, y: number, width: number): Element[] {
  const name: PaintName = ground;
  return [
    element("rect", {
      x: x + PAD / 2,
      y: y + PAD / 2,
      width: width - PAD,
      height: ROW - PAD,
      rx: 3,
      fill: paint(name),
    }),
    textAt(x + width / 2, y + ROW / 2 + 4, fitted(text, width - 2 * PAD, SIZE.small), {
      size: SIZE.small,
      anchor: "middle",
      fill: paint(ground === "none" ? "soft" : "ink"),
    }),
  ];
}

import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inside, overlap } from "../parts/index.ts";
import { paint, SERIES } from "../svg/index.ts";
import { heatTable, panelsChart, stackedBars, type Field, type MarkShape, type Panel } from "./index.ts";
import { layoutOf } from "./testing/layout.ts";

const TEXT = {
  title: "What was found",
  subtitle: "what is drawn, in which unit",
  description: "A chart.",
  notes: ["how to read it"],
  source: "made up",
  date: "2026-11-24",
  table: { columns: ["what", "how much"], rows: [["one", "1"]] },
};

const word = fc.stringMatching(/^[A-Za-z0-9.&<"'-]{1,9}$/);
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((list) => list.join(" "));
const chartText = fc.record({ title: words, subtitle: words, source: words }).map((said) => ({ ...TEXT, ...said }));

/** Nothing runs into anything: not letters into letters, not out of the frame, and no number is none. */
function expectReadable(svg: string): void {
  const { width, height, texts, numbers } = layoutOf(svg);
  expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
  const frame = { x: 0, y: 0, width, height };
  expect(texts.filter(({ box }) => !inside(box, frame))).toEqual([]);
  const clashes = texts.flatMap((one, index) =>
    texts.slice(0, index).flatMap((other) => (overlap(one.box, other.box) ? [`${one.text} / ${other.text}`] : [])),
  );
  expect(clashes).toEqual([]);
  expect(width).toBe(640);
  // whoever reads XML reads it
  expect(() => new Resvg(svg, { font: { loadSystemFonts: false } })).not.toThrow();
}

const domain = (scale: "linear" | "log") =>
  scale === "log"
    ? fc
        .tuple(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 1.5, max: 1e5, noNaN: true }))
        .map(([low, times]) => [low, low * times] as const)
    : fc
        .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 1000 }))
        .map(([low, more]) => [low, low + more] as const);

const axis = fc.constantFrom("linear" as const, "log" as const).chain((scale) =>
  domain(scale).map((ends) => ({
    label: "an axis",
    scale,
    domain: ends,
    format: (value: number) => String(Number(value.toPrecision(3))),
  })),
);

const point = fc
  .record({
    x: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    y: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    label: fc.option(word, { nil: undefined }),
    half: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
  })
  .map(({ x, y, label, half }) => ({
    x,
    y,
    ...(label === undefined ? {} : { label }),
    ...(half === undefined ? {} : { low: y - half, high: y + half }),
  }));

const series = fc
  .record({
    label: fc.option(word, { nil: undefined }),
    colour: fc.constantFrom(...SERIES).map((name) => paint(name)),
    points: fc.array(point, { minLength: 0, maxLength: 8 }),
    line: fc.constantFrom("solid" as const, "dashed" as const, "dotted" as const, undefined),
    mark: fc.constantFrom<MarkShape | undefined>("dot", "ring", "square", "diamond", undefined),
  })
  .map(({ label, line, mark, ...rest }) => ({
    ...rest,
    ...(label === undefined ? {} : { label }),
    ...(line === undefined ? {} : { line }),
    ...(mark === undefined ? {} : { mark }),
  }));

const panel: fc.Arbitrary<Panel> = fc.record({
  title: word,
  x: axis,
  y: axis,
  series: fc.array(series, { maxLength: 7 }),
  rules: fc.array(
    fc.record({
      axis: fc.constantFrom("x" as const, "y" as const),
      at: fc.double({ min: -100, max: 1e4, noNaN: true }),
      label: word,
      shade: fc.constantFrom("above" as const, "below" as const),
    }),
    { maxLength: 3 },
  ),
});

test("plots of anything: labels stay apart and inside, no number is missing", () => {
  fc.assert(
    fc.property(
      chartText,
      fc.array(panel, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 2),
      (text, panels, columns) => expectReadable(panelsChart({ text, panels, columns, plotHeight: 160 })),
    ),
    { numRuns: 60 },
  );
});

test("bars of anything", () => {
  const amount = fc.double({ min: 0, max: 60, noNaN: true });
  const bar = fc
    .record({ label: words, note: words, values: fc.record({ a: amount, b: amount }), more: amount, end: word })
    .map(({ more, ...rest }) => {
      const total = rest.values.a + rest.values.b;
      return { ...rest, low: total, high: total + more };
    });
  const capacities = fc.array(fc.double({ min: 0, max: 130, noNaN: true }), { maxLength: 8 });
  fc.assert(
    fc.property(chartText, fc.array(bar, { maxLength: 8 }), capacities, (text, bars, limits) =>
      expectReadable(
        stackedBars({
          text,
          bars,
          parts: [
            { key: "a", label: "first", colour: paint("s1") },
            { key: "b", label: "second", colour: paint("s2") },
          ],
          capacities: limits.map((value) => ({ value, label: `${Math.round(value)} GB` })),
          axis: { label: "GiB", most: 130, ticks: [0, 50, 100], format: String },
        }),
      ),
    ),
    { numRuns: 60 },
  );
});

test("tables of anything", () => {
  const field: fc.Arbitrary<Field> = fc.record({ text: words, ground: fc.constantFrom("good", "tight", "none") });
  const row = fc.record({
    label: words,
    note: words,
    fields: fc.array(field, { minLength: 4, maxLength: 4 }),
    more: fc.array(word, { minLength: 2, maxLength: 2 }),
  });
  fc.assert(
    fc.property(chartText, fc.array(row, { maxLength: 8 }), (text, rows) =>
      expectReadable(
        heatTable({
          text,
          rows,
          columns: ["8k", "8k", "32k", "128k"].map((context) => [context, "1 user"] as const),
          more: [
            ["up to", "1 user"],
            ["users", "at 8k"],
          ],
          grounds: [
            { ground: "good", label: "fits" },
            { ground: "none", label: "does not fit" },
          ],
        }),
      ),
    ),
    { numRuns: 60 },
  );
});

const SMALL: Panel = {
  title: "A plot",
  x: { label: "context", scale: "log", domain: [4, 64], ticks: [4, 8, 16, 32, 64], format: String },
  y: { label: "GiB", scale: "linear", domain: [0, 10], format: String },
  series: [
    {
      label: "line",
      colour: paint("s1"),
      line: "solid",
      points: [
        { x: 4, y: 1, low: 0.5, high: 2 },
        { x: 64, y: 8, low: 7, high: 9.333333333 },
      ],
    },
    { colour: paint("s2"), mark: "dot", points: [{ x: 16, y: 3.3333333333, label: "measured" }] },
  ],
  rules: [{ axis: "y", at: 9, label: "limit", shade: "above" }],
};

test("a plot, its band, its point and its limit as text, in rounded numbers", () => {
  expect(panelsChart({ text: TEXT, panels: [SMALL], plotHeight: 120 })).toMatchSnapshot();
});

test("without a style sheet the colours of one theme are written out", () => {
  const [light, dark, both] = (["light", "dark", "auto"] as const).map((theme) =>
    panelsChart({ text: TEXT, panels: [SMALL] }, theme),
  );
  expect(light).not.toContain("<style>");
  expect(light).toContain("#0067a6");
  expect(dark).toContain("#4aa8e8");
  expect(dark).not.toContain("#0067a6");
  expect(both).toContain("prefers-color-scheme:dark");
  expect(both).toContain("--s1:#4aa8e8");
});

test("a screen reader is told the finding, the picture and every number; the drawing is hidden from it", () => {
  const svg = panelsChart({ text: TEXT, panels: [SMALL] });
  expect(svg).toContain('role="figure" aria-label="What was found"');
  expect(svg).toContain("<title>What was found</title>");
  expect(svg).toContain("<desc>A chart.</desc>");
  expect(svg).toContain('<text role="columnheader">how much</text>');
  expect(svg).toContain('<text role="rowheader">one</text>');
  expect(svg.indexOf('<g aria-hidden="true">')).toBeLessThan(svg.indexOf('<g role="table"'));
});

test("a number that is none is a defect, not a picture", () => {
  const broken = {
    ...SMALL,
    series: [{ colour: paint("s1"), mark: "dot" as const, points: [{ x: Number.NaN, y: 1 }] }],
  };
  expect(() => panelsChart({ text: TEXT, panels: [broken] })).toThrow(RangeError);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { colourIn, element, fitted, paint, SERIES, textWidth, wrapped, writeSvg, type PaintName } from "./index.ts";

const THEMES = ["light", "dark"] as const;

/** Light in the eye, linear, 0 to 1. */
function linear(hex: string): [number, number, number] {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** WCAG 2: from 1 (alike) to 21. */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = linear(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** What is seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1), as linear light. */
const SEEN_WITHOUT = {
  red: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  green: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;

/** OKLab (Ottosson 2020): distances are about as large as they look. */
function seen(hex: string, matrix: readonly number[]): [number, number, number] {
  const [r, g, b] = linear(hex);
  const [red, green, blue] = [0, 3, 6].map((row) =>
    Math.min(1, Math.max(0, matrix[row]! * r + matrix[row + 1]! * g + matrix[row + 2]! * b)),
  ) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

test.each(THEMES)("words stand out from the ground by 4.5 to 1, marks by 3 to 1: %s", (theme) => {
  const against = (name: PaintName, ground: PaintName) => contrast(colourIn(name, theme), colourIn(ground, theme));
  for (const name of ["ink", "soft", "limit"] as const) expect(against(name, "paper"), name).toBeGreaterThan(4.5);
  for (const ground of ["good", "tight", "none"] as const) expect(against("ink", ground), ground).toBeGreaterThan(4.5);
  for (const name of SERIES) expect(against(name, "paper"), name).toBeGreaterThan(3);
  // words inside a bar
  expect(against("paper", "s1")).toBeGreaterThan(4.5);
});

test.each(THEMES)("the first three series are told apart with any kind of colour vision: %s", (theme) => {
  const first = SERIES.slice(0, 3);
  for (const matrix of Object.values(SEEN_WITHOUT)) {
    first.forEach((one, index) => {
      for (const other of first.slice(0, index)) {
        const [a, b] = [seen(colourIn(one, theme), matrix), seen(colourIn(other, theme), matrix)];
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${one} ${other}`).toBeGreaterThan(0.09);
      }
    });
  }
});

test("lines hold what they were given, in their width", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zA-Z0-9]{1,10}$/), { minLength: 1 }), (list) => {
      const lines = wrapped(list.join(" "), 200, 12);
      expect(lines.join(" ")).toBe(list.join(" "));
      for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(200);
    }),
  );
});

test("what does not fit is cut at its end, and says so", () => {
  expect(fitted("short", 100, 12)).toBe("short");
  const cut = fitted("a name that is much too long for its column", 100, 12);
  expect(cut.endsWith("…")).toBe(true);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(100);
});

test("text is escaped, numbers are rounded, colours become classes", () => {
  const root = element("svg", {}, [
    element("title", {}, ["a"]),
    element("desc", {}, ["b"]),
    element("text", { x: 1 / 3, fill: paint("ink"), "data-x": '"<&>' }, ['<&>"\u0001']),
  ]);
  const svg = writeSvg(root);
  expect(svg).toContain(
    '<text x="0.33" fill="#1b1f24" data-x="&quot;&lt;&amp;&gt;" class="f-ink">&lt;&amp;&gt;&quot;\ufffd</text>',
  );
  expect(svg).toContain(".loadout-chart .f-ink{fill:var(--ink)}");
});

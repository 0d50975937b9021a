import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, sum } from "../../predict/estimate/index.ts";
import { memoryDifferences, roundedTogether, summaryOf } from "./index.ts";

const GIB = 2 ** 30;
const tree = (weights: number, cache: number, host: number) =>
  sum("memory", "memory", [
    sum("host", "host", [
      bytes("weights-CPU-0", "weights", host, "header"),
      bytes("process", "process", GIB, "assumed"),
    ]),
    sum("device-0", "CUDA0", [
      bytes("weights-CUDA0-1", "weights", weights, "header"),
      bytes("kv", "KV cache", cache, "formula"),
      bytes("desktop", "desktop", 300 * 2 ** 20, "assumed"),
    ]),
  ]);

test("what is rounded together adds up, and no part is off by a step", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 9 }), (amounts) => {
      const step = 1e7;
      const { parts, sum: whole } = roundedTogether(amounts, step);
      expect(parts.reduce((total, part) => total + part, 0)).toBe(whole);
      for (const [index, part] of parts.entries()) expect(Math.abs(part - amounts[index]! / step)).toBeLessThan(1.001);
    }),
  );
});

describe("two loadouts", () => {
  test("differ term by term, largest first, and the differences sum to that of the whole", () => {
    const size = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.tuple(size, size, size), fc.tuple(size, size, size), (one, other) => {
        const [first, second] = [tree(...one), tree(...other)];
        const differences = memoryDifferences(first, second);
        const all = differences.reduce((total, { difference }) => total + difference, 0);
        expect(all).toBe(second.value - first.value);
        const sizes = differences.map(({ difference }) => Math.abs(difference));
        expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      }),
    );
  });
});

test("the sentence is of the place that decides, with the most in it", () => {
  const memory = tree(8 * GIB, GIB, GIB);
  const place = (label: string, at: "host" | number, need: number) => ({
    place: at,
    label,
    need,
    needLow: need,
    needHigh: need,
    mapped: 0,
    have: 24 * GIB,
    margin: 24 * GIB - need,
    verdict: "fits" as const,
  });
  const summary = summaryOf(memory, {
    verdict: "fits",
    marginBytes: 0,
    places: [place("host", "host", 2 * GIB), place("CUDA0", 0, 9.3 * GIB)],
  });
  expect(summary?.place.label).toBe("CUDA0");
  expect(summary?.terms.map(({ name }) => name)).toEqual(["weights", "KV cache", "memory in use already"]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { equalPasses, simplePasses } from "./passes.ts";

const drawing = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, tokens: 1 }));

test("neighbours that follow one another draw together", () => {
  expect(equalPasses(drawing(0, 1, 2, 3), 512)).toEqual([4]);
  expect(equalPasses(drawing(0, 2), 512)).toEqual([1, 1]);
  expect(equalPasses(drawing(3, 2, 1), 512)).toEqual([1, 1, 1]);
});

test("a prompt goes along with those before it for one token, and on alone", () => {
  expect(equalPasses([...drawing(0, 1), { sequence: 2, tokens: 100 }], 512)).toEqual([3, 99]);
  expect(equalPasses([...drawing(0, 1, 3), { sequence: 2, tokens: 100 }], 512)).toEqual([3, 1, 99]);
  expect(equalPasses([...drawing(1, 2), { sequence: 0, tokens: 100 }], 512)).toEqual([2, 100]);
});

test("a micro-batch is never exceeded, nothing is lost or computed twice", () => {
  const part = fc.record({ sequence: fc.nat(15), tokens: fc.integer({ min: 1, max: 900 }) });
  fc.assert(
    fc.property(
      fc.uniqueArray(part, { selector: ({ sequence }) => sequence, maxLength: 16 }),
      fc.integer({ min: 16, max: 512 }),
      (parts, most) => {
        const total = parts.reduce((sum, { tokens }) => sum + tokens, 0);
        for (const passes of [equalPasses(parts, most), simplePasses(total, most)]) {
          expect(passes.reduce((sum, tokens) => sum + tokens, 0)).toBe(total);
          for (const tokens of passes) expect(tokens).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});

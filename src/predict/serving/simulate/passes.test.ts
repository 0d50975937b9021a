import fc from "fast-check";
import { expect, test } from "vitest";
import { EqualPasses, simplePasses } from "./passes.ts";

interface Part {
  readonly sequence: number;
  readonly tokens: number;
}

const drawing = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, tokens: 1 }));

function equalPasses(parts: readonly Part[], microBatchTokens: number): number[] {
  const cut = new EqualPasses(16);
  // what was added before is forgotten
  for (const { sequence } of parts) cut.add(15 - sequence, 3);
  cut.clear();
  for (const { sequence, tokens } of parts) cut.add(sequence, tokens);
  return cut.cut(microBatchTokens);
}

/** As the engine goes about it: along the whole list for every micro-batch. */
function plainly(parts: readonly Part[], microBatchTokens: number): number[] {
  const passes: number[] = [];
  const left = parts.map(({ tokens }) => tokens);
  while (left.some((tokens) => tokens > 0)) {
    const group: number[] = [];
    for (const [at, { sequence }] of parts.entries()) {
      if (left[at]! <= 0 || (group.length > 0 && parts[group.at(-1)!]!.sequence + 1 !== sequence)) continue;
      group.push(at);
      if (group.length > microBatchTokens) break;
    }
    const most = Math.max(1, Math.floor(microBatchTokens / group.length));
    const each = Math.min(most, ...group.map((at) => left[at]!));
    for (const at of group) left[at]! -= each;
    passes.push(each * group.length);
  }
  return passes;
}

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

const PART = fc.record({ sequence: fc.nat(15), tokens: fc.integer({ min: 1, max: 900 }) });
const PARTS = fc.uniqueArray(PART, { selector: ({ sequence }) => sequence, maxLength: 16 });

test("every micro-batch is the one that a plain search finds", () => {
  fc.assert(
    fc.property(PARTS, fc.integer({ min: 1, max: 512 }), (parts, most) => {
      expect(equalPasses(parts, most)).toEqual(plainly(parts, most));
    }),
  );
});

test("a micro-batch is never exceeded, nothing is lost or computed twice", () => {
  fc.assert(
    fc.property(PARTS, fc.integer({ min: 16, max: 512 }), (parts, most) => {
      const total = parts.reduce((sum, { tokens }) => sum + tokens, 0);
      for (const passes of [equalPasses(parts, most), simplePasses(total, most)]) {
        expect(passes.reduce((sum, tokens) => sum + tokens, 0)).toBe(total);
        for (const tokens of passes) expect(tokens).toBeLessThanOrEqual(most);
      }
    }),
  );
});

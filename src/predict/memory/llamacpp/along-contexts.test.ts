import { expect, test } from "vitest";
import { onLine, type AtContext } from "./along-contexts.ts";

/** One buffer of a context of so many cells, replayed. */
function at(cells: number, bytes: number): AtContext {
  const batch = 512;
  return {
    sizes: {
      context: cells,
      cells,
      windowCells: 0,
      streams: 1,
      sequences: 1,
      batch,
      microBatch: batch,
      outputRows: 1,
    },
    bytes: [bytes],
  };
}

const asked = at(8192, 0).sizes;

test("two contexts are a line where the buffer grew as the mask alone, or not at all", () => {
  const mask = (131_072 - 4096) * 512 * 2;
  expect(onLine([at(4096, 1e8), at(131_072, 1e8 + mask)], asked, () => 0)).toEqual([1e8 + 4096 * 512 * 2]);
  expect(onLine([at(4096, 1e8), at(131_072, 1e8)], asked, () => 0)).toEqual([1e8]);
  expect(onLine([at(4096, 1e8), at(131_072, 1e8 + 2 * mask)], asked, () => 0)).toBeUndefined();
});

test("three contexts are a line where the middle one lies on it", () => {
  const ends = [at(4096, 40_960), at(16_384, 163_840)];
  expect(onLine([...ends, at(12_288, 122_880)], asked, () => 0)).toEqual([81_920]);
  expect(onLine([...ends, at(12_288, 122_881)], asked, () => 0)).toBeUndefined();
});

test("between neighbours that hardly differ nothing is replayed; outside them everything", () => {
  const points = [at(4096, 1000), at(12_288, 1100), at(131_072, 9000)];
  expect(onLine(points, asked, () => 100)).toEqual([1050]);
  expect(onLine(points, asked, () => 99)).toBeUndefined();
  expect(onLine(points, at(262_144, 0).sizes, () => 1e9)).toBeUndefined();
});

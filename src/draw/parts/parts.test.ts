import fc from "fast-check";
import { expect, test } from "vitest";
import { frontier, inside, overlap, placed, spread } from "./index.ts";

test("places along a line keep their order, their distance and the ends", () => {
  const wanted = fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(wanted, (list) => {
      const places = spread(list, 14, 0, 200);
      const kept = places.flatMap((at, index) => (at === undefined ? [] : [{ at, wanted: list[index]! }]));
      expect(kept.length).toBe(Math.min(list.length, 15));
      const sorted = kept.toSorted((one, other) => one.at - other.at);
      sorted.forEach(({ at }, index) => {
        expect(at).toBeGreaterThanOrEqual(-1e-6);
        expect(at).toBeLessThanOrEqual(200 + 1e-6);
        if (index > 0) {
          expect(at - sorted[index - 1]!.at).toBeGreaterThanOrEqual(14 - 1e-6);
          expect(sorted[index]!.wanted).toBeGreaterThanOrEqual(sorted[index - 1]!.wanted);
        }
      });
    }),
  );
});

test("who has room stands where it wants to", () => {
  expect(spread([10, 100, 50], 14, 0, 200)).toEqual([10, 100, 50]);
  expect(spread([50, 50], 14, 0, 200)).toEqual([43, 57]);
});

test("labels beside points touch nothing", () => {
  const frame = { x: 0, y: 0, width: 200, height: 100 };
  const label = fc.record({
    x: fc.integer({ min: 0, max: 200 }),
    y: fc.integer({ min: 0, max: 100 }),
    width: fc.integer({ min: 5, max: 60 }),
    height: fc.constant(14),
    away: fc.constant(6),
  });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 15 }), (labels) => {
      const taken = [{ x: 90, y: 40, width: 20, height: 20 }];
      const boxes = placed(labels, taken, frame).flatMap((box) => box ?? []);
      boxes.forEach((box, index) => {
        expect(inside(box, frame)).toBe(true);
        for (const other of [...taken, ...boxes.slice(0, index)]) expect(overlap(box, other)).toBe(false);
      });
    }),
  );
});

test("a frontier holds what nothing beats, and everything else is beaten", () => {
  const points = fc.array(fc.record({ x: fc.integer({ min: 0, max: 20 }), y: fc.integer({ min: 0, max: 20 }) }));
  fc.assert(
    fc.property(points, (list) => {
      const kept = frontier(list);
      for (const point of list) expect(kept.some(({ x, y }) => x <= point.x && y >= point.y)).toBe(true);
      kept.forEach(({ x, y }, index) => {
        const before = kept[index - 1];
        if (before) expect(x > before.x && y > before.y).toBe(true);
      });
    }),
  );
});

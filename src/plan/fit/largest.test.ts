import fc from "fast-check";
import { expect, test } from "vitest";
import { largestThat, largestWithMargin } from "./largest.ts";

test("by margins the same number is found as by halving, in few tries where they fall in a line", () => {
  const lines = fc.record({
    most: fc.integer({ min: 0, max: 5000 }),
    room: fc.integer({ min: -10, max: 100_000 }),
    each: fc.integer({ min: 1, max: 1000 }),
    step: fc.constantFrom(1, 7, 256),
  });
  fc.assert(
    fc.property(lines, ({ most, room, each, step }) => {
      const marginOf = (count: number) => room - each * Math.ceil(count / step) * step;
      let tries = 0;
      const found = largestWithMargin(most, (count) => {
        tries += 1;
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThanOrEqual(most);
        return marginOf(count);
      });
      expect(found).toBe(largestThat(most, (count) => marginOf(count) >= 0));
      if (step === 1) expect(tries).toBeLessThanOrEqual(8);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("margins that break off are found in a few tries too", () => {
  for (const edge of [1, 2, 17, 255]) {
    let tries = 0;
    const found = largestWithMargin(256, (count) => {
      tries += 1;
      return count <= edge ? 1e9 : -Infinity;
    });
    expect(found).toBe(edge);
    expect(tries).toBeLessThanOrEqual(18);
  }
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { selectPlaces } from "./selection.ts";

const VALUES = fc.oneof(
  fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }),
  // many alike
  fc.array(fc.nat(5), { minLength: 1, maxLength: 300 }),
);

test("stands where a sort puts it, and nothing is lost", () => {
  fc.assert(
    fc.property(VALUES, fc.array(fc.nat(299), { minLength: 1, maxLength: 8 }), (values, wanted) => {
      const places = wanted.filter((place) => place < values.length).toSorted((one, other) => one - other);
      const sorted = Float64Array.from(values).sort();
      const selected = Float64Array.from(values);
      selectPlaces(selected, places);
      for (const place of places) expect(selected[place]! - sorted[place]! || 0).toBe(0);
      expect(selected.sort().join()).toBe(sorted.join());
    }),
  );
});

test("rising, falling, and up and down again", () => {
  const count = 20_001;
  for (const of of [(at: number) => at, (at: number) => -at, (at: number) => Math.min(at, count - at), () => 1]) {
    const values = Float64Array.from({ length: count }, (_, at) => of(at));
    const sorted = values.toSorted();
    const places = [10_000, 18_000, 19_000, 20_000];
    selectPlaces(values, places);
    for (const place of places) expect(values[place]).toBe(sorted[place]);
  }
});

import { expect, test } from "vitest";
import { seededRandom } from "../../src/facts/units/index.ts";
import { solve } from "./solve.ts";

test("finds a line through scattered points although one lies far off, and keeps to its prior where nothing is said", () => {
  const random = seededRandom(7);
  const points = Array.from({ length: 60 }, (_, at) => ({ x: at / 30, y: 2 + 3 * (at / 30) + (random() - 0.5) * 0.1 }));
  points[10]!.y = 50;
  const { at, deviations } = solve({
    size: 3,
    residuals: ([level = 0, slope = 0]) => Float64Array.from(points, ({ x, y }) => (level + slope * x - y) / 0.1),
    jacobian: () => points.map(({ x }) => Float64Array.of(10, 10 * x, 0)),
    priorAt: Float64Array.of(0, 0, 0.5),
    priorDeviation: Float64Array.of(10, 10, 0.2),
  });
  expect(at[0]).toBeCloseTo(2, 1);
  expect(at[1]).toBeCloseTo(3, 1);
  expect(at[2]).toBeCloseTo(0.5);
  expect(deviations[2]).toBeCloseTo(0.2, 2);
});

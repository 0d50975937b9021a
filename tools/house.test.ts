import { join } from "node:path";
import { expect, test } from "vitest";
import { checkHouse } from "./house.ts";

test("the house keeps its own rules", () => {
  expect(checkHouse(join(import.meta.dirname, ".."))).toEqual([]);
});

test("a deliberately wrong house is caught, line by line", () => {
  const found = checkHouse(join(import.meta.dirname, "fixtures/wrong-house")).map(
    ({ file, line, rule }) => `${file}:${line} ${rule}`,
  );
  expect(found).toEqual([
    'src/facts/units/clock.ts:1 room "facts" imports from "predict" below it',
    'src/facts/units/clock.ts:2 a pure room imports "node:fs"',
    "src/facts/units/clock.ts:4 a pure room names Date",
    'src/plan/fit/plan.ts:1 room "plan" imports from "run" below it',
    'src/plan/fit/plan.ts:2 folder "plan/fit" imports from "plan/answer", written after it',
    "src/predict/speed/pace.ts:1 a pure room names Math.random",
  ]);
});

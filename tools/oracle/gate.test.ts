import { expect, it } from "vitest";
import { TERMS } from "./compare.ts";
import { regressions, type Kept } from "./gate.ts";
import type { Summary, Tally } from "./report.ts";

function summary(gpu: Tally, more: Partial<Summary> = {}): Summary {
  const clean: Tally = { figures: 10, exact: 10, withinOnePercent: 10 };
  const terms = { weights: clean, context: clean, gpu, host: clean, output: clean };
  expect(Object.keys(terms)).toEqual([...TERMS]);
  return { questions: 10, refused: 0, disagreements: 0, terms, ...more };
}

const KEPT: Kept = { seed: 1, count: 10, ...summary({ figures: 20, exact: 18, withinOnePercent: 19 }) };

it("is content with the same and with better", () => {
  expect(regressions(KEPT, KEPT)).toEqual([]);
  expect(regressions(summary({ figures: 20, exact: 20, withinOnePercent: 20 }), KEPT)).toEqual([]);
});

it("names what got worse", () => {
  expect(regressions(summary({ figures: 20, exact: 17, withinOnePercent: 19 }), KEPT)).toEqual([
    "gpu: 3 of 20 not exact, were 2",
  ]);
  expect(regressions(summary(KEPT.terms.gpu, { disagreements: 1 }), KEPT)).toHaveLength(1);
  expect(regressions(summary(KEPT.terms.gpu, { questions: 9 }), KEPT)).toHaveLength(1);
});

import { expect, test } from "vitest";
import type { QualityComparison } from "./quality-answer.ts";
import { saysAlone, saysCompared } from "./quality-says.ts";

const at = (value: number, low: number, high: number) => ({ value, low, high });
const COMPARISON: QualityComparison = {
  perplexityRatio: at(1.05, 1.02, 1.08),
  kl: at(0.04, 0.03, 0.05),
  klMedian: 0.03,
  kl99: 0.2,
  sameTop: at(0.9, 0.88, 0.92),
  covered: 0.98,
  passages: [],
  probes: [
    { probe: "format", trials: 20, onlyFile: 0, onlyReference: 8, difference: at(-0.4, -0.6, -0.1), p: 0.0078 },
    { probe: "reasoning", trials: 20, onlyFile: 1, onlyReference: 2, difference: at(-0.05, -0.2, 0.12), p: 1 },
  ],
};

test("says a difference where the interval shows one, and how much room is left where not", () => {
  const says = saysCompared(COMPARISON).join("\n");
  expect(says).toContain("Perplexity is higher by 5%");
  expect(says).toContain("another likeliest token at 10% of positions, and is 0.04 nats a token away");
  expect(says).toContain("hold 98% of the probability");
  expect(says).toContain("fails more often at strict formats: 8 tasks alone (p = 0.0078)");
  expect(says).toContain("20 tasks leave room for 20% either way");
});

test("says no difference where the interval holds none, and a gain where it is one", () => {
  const none = saysCompared({ ...COMPARISON, perplexityRatio: at(1.001, 0.99, 1.02) });
  expect(none[0]).toBe("No difference in perplexity shown: +0.1%, between -1% and +2%.");
  const better = saysCompared({ ...COMPARISON, perplexityRatio: at(0.9, 0.85, 0.95), covered: 1 });
  expect(better[0]).toContain("lower by 10%");
  expect(better.join(" ")).not.toContain("told apart");
});

test("says of one file what it can and cannot", () => {
  const figures = { tokens: 10, perplexity: at(8, 7, 9), passages: [], probes: [] };
  expect(saysAlone(figures).join(" ")).toMatch(/nothing beside another model.*no chat template/);
});

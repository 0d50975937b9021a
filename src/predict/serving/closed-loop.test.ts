import fc from "fast-check";
import { expect, test } from "vitest";
import { closedLoop, closedWorkload, simulate, type StepCosts, summarizeAfter, timesOf } from "./index.ts";

const COSTS: StepCosts = {
  fixedMs: 1,
  weightsMs: 8,
  streamMs: 0.3,
  promptMs: 0.25,
  depthMs: 0.02,
  promptDepthMs: 0.02,
};
const times = timesOf(COSTS, "a test", "datasheet");

test("alone: the prompt, then a token a step", () => {
  const figures = closedLoop({ users: 1, slots: 1, stepTokens: 512, promptTokens: 400, outputTokens: 100, times });
  const prompt = { decodeStreams: 0, decodeDepthTokens: 0, promptTokens: 400, prompts: 1, passTokens: [400], atMs: 0 };
  const promptMs = times.stepMs({ ...prompt, promptDepthTokens: 400 * 200 });
  expect(figures.ttftMs).toBeCloseTo(promptMs, 6);
  const wholeMs = figures.ttftMs + 99 * figures.tpotMs;
  expect(figures.outputTokensPerSec).toBeCloseTo((1000 * 100) / wholeMs, 6);
  expect(figures.gapMs.p50).toBe(figures.gapMs.p95);
});

test("as the simulator, where requests come in turn: tokens within 4%, first tokens of those who wait for a slot within 10%", () => {
  for (const [users, slots] of [
    [1, 1],
    [4, 4],
    [8, 4],
    [12, 12],
  ] as const) {
    const asked = { users, slots, stepTokens: 512, promptTokens: 300, outputTokens: 150, splitCache: true, times };
    const form = closedLoop(asked);
    const workload = closedWorkload(
      { users, spreadMs: form.ttftMs + 149 * form.tpotMs },
      { requests: 200 },
      { prompt: { kind: "fixed", tokens: 300 }, output: { kind: "fixed", tokens: 150 } },
      1,
    );
    const engine = {
      kind: "llama-server",
      slots,
      contextTokens: slots * 1024,
      batchTokens: 512,
      microBatchTokens: 512,
      unified: false,
    } as const;
    const { records } = simulate({ workload, engine, times, seed: 1 });
    const summary = summarizeAfter(records, users, "closed");
    expect(Math.abs(summary.steadyOutputTokensPerSec! / form.outputTokensPerSec - 1)).toBeLessThan(0.04);
    if (users > slots) expect(Math.abs(summary.ttftMs.fromSchedule!.p50 / form.ttftMs - 1)).toBeLessThan(0.1);
  }
});

const cost = fc.double({ min: 0.01, max: 20, noNaN: true });
const question = fc.record({
  stepTokens: fc.integer({ min: 128, max: 2048 }),
  promptTokens: fc.integer({ min: 32, max: 4000 }),
  outputTokens: fc.integer({ min: 2, max: 1000 }),
  splitCache: fc.boolean(),
});

test("more users never get more each, nor does one wait less; longer answers never come with more requests", () => {
  fc.assert(
    fc.property(question, cost, cost, fc.integer({ min: 1, max: 40 }), (asked, weightsMs, promptMs, users) => {
      const costs = { ...COSTS, weightsMs, promptMs, streamMs: promptMs };
      const made = { ...asked, times: timesOf(costs, "a test", "datasheet") };
      const at = (count: number, slots: number) => closedLoop({ ...made, users: count, slots });
      for (const slots of [users, 64]) {
        const [few, many] = [at(users, slots), at(users + 1, slots)];
        expect(many.outputTokensPerSec / (users + 1)).toBeLessThanOrEqual((few.outputTokensPerSec / users) * 1.000001);
        expect(many.ttftMs).toBeGreaterThanOrEqual(few.ttftMs * 0.999999);
      }
      const longer = closedLoop({ ...made, users, slots: users, outputTokens: asked.outputTokens + 10 });
      const requests = at(users, users).outputTokensPerSec / asked.outputTokens;
      expect(longer.outputTokensPerSec / (asked.outputTokens + 10)).toBeLessThanOrEqual(requests * 1.000001);
    }),
    { numRuns: 300 },
  );
});

import { expect, test } from "vitest";
import { timesOf } from "./linear-times.ts";
import { emptyWork, onePass } from "./step-times.ts";
import { wavering } from "./wavering.ts";

const STEADY = timesOf(
  { fixedMs: 1, weightsMs: 9, streamMs: 0.1, promptMs: 0.05, depthMs: 0.01, promptDepthMs: 0.001 },
  "a test",
  "calibrated",
);
/** one in ten takes three times as long */
const RATIOS = Array.from({ length: 1000 }, (_, at) => (at % 10 === 0 ? 3 : 0.95 + (at % 7) / 60));

function drawn(atMs: number): ReturnType<typeof emptyWork> {
  const work = { ...emptyWork(), decodeStreams: 4, decodeDepthTokens: 800, atMs };
  onePass(work);
  return work;
}

test("steps waver as those that were seen, and the same moment always alike", () => {
  const times = wavering(STEADY, RATIOS);
  const moments = Array.from({ length: 20_000 }, (_, at) => at * 11.37);
  const found = moments.map((atMs) => times.stepMs(drawn(atMs)) / STEADY.stepMs(drawn(atMs)));
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  expect(mean(found) / mean(RATIOS)).toBeCloseTo(1, 1);
  expect(found.filter((ratio) => ratio > 2).length / found.length).toBeCloseTo(0.1, 1);
  expect(moments.map((atMs) => times.stepMs(drawn(atMs)) / STEADY.stepMs(drawn(atMs)))).toEqual(found);
});

test("prompts do not waver, nor what too few gaps told of", () => {
  const prompt = { ...drawn(5), promptTokens: 100, prompts: 1 };
  expect(wavering(STEADY, RATIOS).stepMs(prompt)).toBe(STEADY.stepMs(prompt));
  expect(wavering(STEADY, RATIOS.slice(0, 100))).toBe(STEADY);
});

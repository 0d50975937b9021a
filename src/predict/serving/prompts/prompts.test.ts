import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  longestStepMs,
  measuredPromptTime,
  meetingStepMs,
  type MeasuredPrompt,
  type PromptTime,
  stepPrice,
} from "./index.ts";

/** A machine with a fixed cost a step, a cost a token, and one that grows with the tokens before it, ms. */
function machine(fixedMs: number, tokenMs: number, deeperMs: number): PromptTime {
  return {
    promptMs: (step, tokens) => {
      const size = Math.min(step, tokens);
      return tokens * (fixedMs / size + tokenMs + (deeperMs * tokens) / 2);
    },
    partMs: (tokens, place, beside) =>
      (tokens * fixedMs) / (tokens + beside) + tokens * (tokenMs + deeperMs * (place - tokens / 2)),
    spread: 0,
    ratioSpread: () => 0,
    provenance: "formula",
    source: "a formula",
  };
}

const timed = (real: PromptTime, ...at: readonly [step: number, tokens: number][]): MeasuredPrompt[] =>
  at.map(([stepTokens, promptTokens]) => ({
    stepTokens,
    promptTokens,
    tokensPerSec: (promptTokens / real.promptMs(stepTokens, promptTokens)) * 1000,
  }));

describe("prompts timed on a machine", () => {
  it("give back the machine from two step sizes and two lengths", () => {
    const figure = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(figure(0, 200), figure(0.05, 20), figure(0, 0.01), (fixed, token, deeper) => {
        const real = machine(fixed, token, deeper);
        const found = measuredPromptTime(timed(real, [32, 1024], [512, 1024], [128, 256], [128, 1024]), undefined)!;
        // where depth is nearly all there is, timings are not taken for it
        fc.pre(token + fixed / 512 > 0.5 * deeper * 1024);
        for (const [step, tokens] of [
          [32, 512],
          [64, 1024],
          [256, 2048],
          [128, 300],
        ] as const) {
          expect(found.promptMs(step, tokens) / real.promptMs(step, tokens)).toBeCloseTo(1, 6);
          expect(longestStepMs(found, step, tokens)).toBeCloseTo(longestStepMs(real, step, tokens), 4);
          expect(meetingStepMs(found, 5, 512, tokens)).toBeCloseTo(meetingStepMs(real, 5, 512, tokens), 4);
        }
      }),
    );
  });

  it("say what a small step costs where it was timed, whatever the model thought", () => {
    const model = machine(0, 1, 0);
    const measured = [
      { stepTokens: 512, promptTokens: 1000, tokensPerSec: 120 },
      { stepTokens: 32, promptTokens: 1000, tokensPerSec: 80 },
    ];
    const found = measuredPromptTime(measured, model)!;
    expect(stepPrice(found, 32, 512, 1000)).toBeCloseTo(1.5, 6);
    expect(stepPrice(found, 512, 512, 1000)).toBe(1);
    // a step that shares 512 tokens' fixed work costs no more
    expect(stepPrice(found, 2048, 512, 1000)).toBeCloseTo(1, 6);
    expect(found.ratioSpread(16)).toBeGreaterThan(found.ratioSpread(64));
  });

  it("take the shape of steps and of depth from the model where one prompt alone was timed", () => {
    const model = machine(30, 2, 0.001);
    const slower = machine(90, 6, 0.003);
    const found = measuredPromptTime(timed(slower, [128, 512]), model)!;
    for (const [step, tokens] of [
      [128, 512],
      [128, 2048],
      [32, 512],
    ] as const)
      expect(Math.abs(found.promptMs(step, tokens) / slower.promptMs(step, tokens) - 1)).toBeLessThan(0.02);
  });

  it("know that small steps fill no kernel deep in a prompt", () => {
    // a token costs 4 ms, and 1.5 us for each before it in steps of 94, 4.2 us in steps of 62
    const perSec = (deeperUs: number, tokens: number) => 1000 / (4 + ((deeperUs / 1000) * tokens) / 2);
    const measured = [
      [510, 1024, 1.5],
      [94, 1024, 1.5],
      [94, 256, 1.5],
      [62, 1024, 4.2],
      [62, 256, 4.2],
    ].map(([stepTokens, promptTokens, deeper]) => ({
      stepTokens: stepTokens!,
      promptTokens: promptTokens!,
      tokensPerSec: perSec(deeper!, promptTokens!),
    }));
    const found = measuredPromptTime(measured, undefined)!;
    // 126 tokens of one prompt share a step; of two that meet, 79 end one in parts of 47 and 32, and 47 begin the other
    expect(longestStepMs(found, 126, 1110)).toBeCloseTo(126 * (4 + 0.0015 * 1047), 0);
    const meeting = 47 * (4 + 0.0042 * 1054.5) + 47 * (4 + 0.0042 * 23.5) + 32 * (4 + 0.0042 * 1094);
    expect(meetingStepMs(found, 10, 128, 1110) - 10).toBeGreaterThan(meeting - 1);
    expect(meetingStepMs(found, 10, 128, 1110) / longestStepMs(found, 126, 1110)).toBeGreaterThan(1.15);
  });

  it("know nothing without a timing, and do not let small steps be cheaper", () => {
    expect(measuredPromptTime([], machine(1, 1, 0))).toBeUndefined();
    expect(measuredPromptTime([{ stepTokens: 0, promptTokens: 10, tokensPerSec: 5 }], undefined)).toBeUndefined();
    const noisy = [
      { stepTokens: 32, promptTokens: 512, tokensPerSec: 130 },
      { stepTokens: 256, promptTokens: 512, tokensPerSec: 120 },
    ];
    expect(stepPrice(measuredPromptTime(noisy, undefined)!, 32, 256, 512)).toBeGreaterThanOrEqual(0.92);
  });

  it("count a step that is longer than a prompt as several prompts", () => {
    const real = machine(10, 1, 0.002);
    expect(longestStepMs(real, 1000, 100)).toBeCloseTo(10 * real.promptMs(100, 100), 6);
    expect(longestStepMs(real, 100, 1000)).toBeGreaterThan(real.promptMs(100, 1000) / 10);
  });
});

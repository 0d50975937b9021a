import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { formatTokens, parseTokens } from "../../../src/facts/units/index.ts";
import { countOf, nearestStep, shareOf, tokenSteps, tokensOf, USER_STEPS } from "./steps.ts";

test("steps of tokens ascend by like ratios and end at the most", () => {
  assert(
    property(integer({ min: 512, max: 10_485_760 }), (most) => {
      const steps = tokenSteps(most);
      expect(steps.at(-1)).toBe(most);
      for (const [at, step] of steps.entries()) if (at > 0) expect(step).toBeGreaterThan(steps[at - 1]!);
      for (const step of steps.slice(0, -1)) expect(step % 256).toBe(0);
    }),
  );
  expect(tokenSteps(2048)).toEqual([512, 768, 1024, 1280, 1536, 1792, 2048]);
  expect(tokenSteps(131_072)).toEqual(expect.arrayContaining([4096, 8192, 16_384, 32_768, 65_536]));
});

test("a step is nearest to itself, and what lies between goes to the nearer by ratio", () => {
  for (const steps of [USER_STEPS, tokenSteps(262_144)])
    for (const [at, step] of steps.entries()) expect(nearestStep(steps, step)).toBe(at);
  expect(nearestStep([1, 10, 100], 40)).toBe(2);
  expect(nearestStep([1, 10, 100], 0.01)).toBe(0);
});

test("tokens, counts and shares are read as they are written", () => {
  assert(
    property(integer({ min: 1, max: 2 ** 24 }), (tokens) => {
      expect(tokensOf(formatTokens(tokens))).toBe(tokens);
      expect(tokensOf(formatTokens(tokens))).toBe(parseTokens(formatTokens(tokens), "--context"));
      expect(countOf(String(tokens))).toBe(tokens);
    }),
  );
  for (const text of ["32K", "1.5k", " 128k "]) expect(tokensOf(text), text).toBe(parseTokens(text, "--context"));
  for (const text of ["", "many", "-1", "0", "k", undefined]) expect(tokensOf(text)).toBeUndefined();
  expect([shareOf("90%"), shareOf("0%"), shareOf("0.9"), shareOf("x")]).toEqual([0.9, 0, undefined, undefined]);
  expect([countOf("0"), countOf("4.5"), countOf("12")]).toEqual([undefined, undefined, 12]);
});

import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { integerRule } from "./integers.ts";

/** The rule as a regular expression: literals, classes and counts are the same in both but for quotes and spaces. */
const matcher = (rule: string) => new RegExp(`^(?:${rule.replace(/["\s]/g, "")})$`);

describe("whole numbers between bounds", () => {
  it.each([
    [0, 0, "0", "1"],
    [1, 10, "10", "0"],
    [-5, 5, "-5", "-6"],
    [18, 120, "99", "121"],
    [100, 100, "100", "101"],
    [-20, -3, "-3", "-2"],
  ])("from %i to %i takes %s and not %s", (low, high, good, bad) => {
    const rule = matcher(integerRule(low, high));
    expect(good).toMatch(rule);
    expect(bad).not.toMatch(rule);
  });

  it("takes exactly the numbers between", () => {
    const bound = integer({ min: -1500, max: 1500 });
    assert(
      property(bound, bound, bound, (one, other, value) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(matcher(integerRule(low, high)).test(String(value))).toBe(value >= low && value <= high);
      }),
    );
  });

  it("goes on for ever without a bound", () => {
    const above = matcher(integerRule(7, Number.POSITIVE_INFINITY));
    expect(["7", "10", "123456"].every((text) => above.test(text))).toBe(true);
    expect(["6", "07", "-7"].some((text) => above.test(text))).toBe(false);
    const below = matcher(integerRule(Number.NEGATIVE_INFINITY, -7));
    expect(["-7", "-10"].every((text) => below.test(text))).toBe(true);
    expect(["-6", "7", "0"].some((text) => below.test(text))).toBe(false);
  });

  it("is nothing where no number is between", () => {
    expect(integerRule(3, 2)).toBe("");
  });
});

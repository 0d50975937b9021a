import { describe, expect, it } from "vitest";
import { candidatesUpTo, choose } from "./threads.ts";

const tried = (times: Readonly<Record<number, number>>) =>
  Object.entries(times).map(([threads, stepMs]) => ({ threads: Number(threads), stepMs, steps: 3 }));

describe("threads", () => {
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [6, [1, 2, 4, 6]],
    [8, [1, 2, 4, 8]],
  ])("tries up to %i", (most, candidates) => {
    expect(candidatesUpTo(most)).toEqual(candidates);
  });

  it("takes the fastest", () => {
    expect(choose(tried({ 1: 20, 2: 11, 4: 6 }))).toBe(4);
  });

  it("takes one where a second one spins in vain", () => {
    expect(choose(tried({ 1: 7, 2: 90 }))).toBe(1);
  });

  it("does not take more threads for next to nothing", () => {
    expect(choose(tried({ 1: 20, 2: 10.2, 4: 10 }))).toBe(2);
  });

  it("chooses nothing from nothing", () => {
    expect(choose([])).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { candidatesUpTo, choose, race } from "./threads.ts";

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

describe("race", () => {
  /** Runs with made-up durations by threads; the clock stands still except for steps. */
  const run = async (budgetMs: number, durations: Readonly<Record<number, number | (() => number)>>) => {
    let now = 0;
    const candidates = Object.keys(durations).map(Number);
    const rows = await race(
      candidates,
      budgetMs,
      () => now,
      async (threads) => {
        const duration = durations[threads]!;
        now += typeof duration === "number" ? duration : duration();
      },
    );
    return { rows, now, best: choose(rows) };
  };

  it("lets all take turns while the budget lasts", async () => {
    const { rows, now, best } = await run(1500, { 1: 20, 2: 13, 4: 11 });
    expect(best).toBe(4);
    expect(rows.map(({ steps }) => steps)).toEqual([18, 18, 18]);
    expect(now).toBeLessThanOrEqual(1500);
  });

  it("drops few threads where many are twice as fast, and goes on with those", async () => {
    const { rows, best } = await run(1500, { 1: 40, 2: 22, 4: 12 });
    expect(best).toBe(4);
    expect(rows.map(({ steps }) => steps).at(-1)).toBe(18);
    expect(rows[0]!.steps).toBeLessThan(18);
  });

  it("gives each a step of a slow model, over the budget if it must be", async () => {
    const { rows, best } = await run(1500, { 1: 4000, 2: 2100, 4: 1100, 8: 700 });
    expect(best).toBe(8);
    expect(rows.map(({ steps }) => steps)).toEqual([1, 1, 1, 1]);
  });

  it("drops what spins, and everything above it, after one step", async () => {
    const { rows, now, best } = await run(1500, { 1: 6, 2: 300, 4: 3000 });
    expect(best).toBe(1);
    expect(rows.map(({ threads, steps }) => [threads, steps])).toEqual([
      [1, 3],
      [2, 1],
    ]);
    expect(now).toBeLessThan(400);
  });

  it("does not count the step that starts the threads", async () => {
    let first = true;
    const slowStart = () => {
      const ms = first ? 40 : 10;
      first = false;
      return ms;
    };
    const { rows } = await run(100, { 1: slowStart });
    expect(rows).toEqual([{ threads: 1, stepMs: 10, steps: 3 }]);
  });

  it("stays with one step more than its budget", async () => {
    for (const ms of [1, 10, 100, 1000])
      expect((await run(500, { 1: ms, 2: ms })).now).toBeLessThanOrEqual(500 + 2 * ms);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Arrivals,
  arrivalStatistics,
  arrivalTimes,
  chanceOf,
  closedWorkload,
  gamma,
  lengthOf,
  type Lengths,
  openWorkload,
  parseLengths,
  sessionWorkload,
} from "./index.ts";

const fixed = (tokens: number): Lengths => ({ kind: "fixed", tokens });
const shape = { prompt: fixed(100), output: fixed(20) };

describe("arrivals are what their name says", () => {
  const statistics = (arrivals: Arrivals, seed: number, requests = 20_000) =>
    arrivalStatistics(arrivalTimes(arrivals, { requests }, chanceOf(seed, -1)));

  test.each([1, 2, 3, 4, 5])("Poisson, seed %i: Fano 1, independent gaps, the rate", (seed) => {
    const found = statistics({ kind: "poisson", ratePerSec: 20 }, seed);
    expect(found.fano).toBeGreaterThan(0.85);
    expect(found.fano).toBeLessThan(1.15);
    expect(Math.abs(found.lag1)).toBeLessThan(0.03);
    expect(Math.abs(found.ratePerSec / 20 - 1)).toBeLessThan(0.02);
    expect(Math.abs(found.gapVariation - 1)).toBeLessThan(0.03);
  });

  test("constant: Fano 0", () => {
    for (const ratePerSec of [0.5, 7.3, 20, 200]) {
      const found = statistics({ kind: "constant", ratePerSec }, 1, 2000);
      expect(found.fano).toBeLessThan(ratePerSec < 1 ? 0.55 : 0.05);
      expect(found.gapVariation).toBeLessThan(1e-9);
      expect(found.lag1).toBe(0);
    }
  });

  test.each([0.25, 0.5, 4])("gamma of shape %d: mean gap as asked, variation 1/sqrt(shape)", (burstiness) => {
    const found = statistics({ kind: "gamma", ratePerSec: 50, burstiness }, 9, 40_000);
    expect(Math.abs(found.ratePerSec / 50 - 1)).toBeLessThan(0.03);
    expect(Math.abs(found.gapVariation * Math.sqrt(burstiness) - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.lag1)).toBeLessThan(0.03);
  });

  test("gaps repeated ten times are seen by Fano and lag-1, not by the variation of gaps", () => {
    const random = chanceOf(4, 0);
    const times: number[] = [];
    let atMs = 0;
    while (times.length < 20_000) {
      const gap = -50 * Math.log(1 - random());
      for (let again = 0; again < 10; again++) times.push((atMs += gap));
    }
    const found = arrivalStatistics(times);
    expect(Math.abs(found.gapVariation - 1)).toBeLessThan(0.1);
    expect(found.fano).toBeGreaterThan(5);
    expect(found.lag1).toBeGreaterThan(0.8);
  });

  test("gamma numbers have the shape as mean and variance", () => {
    const random = chanceOf(1, 1);
    const values = Array.from({ length: 40_000 }, () => gamma(2.5, random));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(2.5, 1);
    expect(Math.abs(variance / 2.5 - 1)).toBeLessThan(0.05);
  });

  test("ascending, inside the extent, the same for the same seed", () => {
    const kinds = fc.oneof(
      fc.record({ kind: fc.constant("poisson" as const), ratePerSec: fc.double({ min: 0.1, max: 1000, noNaN: true }) }),
      fc.record({
        kind: fc.constant("constant" as const),
        ratePerSec: fc.double({ min: 0.1, max: 1000, noNaN: true }),
      }),
      fc.record({
        kind: fc.constant("gamma" as const),
        ratePerSec: fc.double({ min: 0.1, max: 1000, noNaN: true }),
        burstiness: fc.double({ min: 0.05, max: 20, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(
        kinds,
        fc.nat(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 5000 }),
        (arrivals, seed, requests, durationMs) => {
          const times = arrivalTimes(arrivals, { requests, durationMs }, chanceOf(seed, 0));
          expect(times.length).toBeLessThanOrEqual(requests);
          expect(times.every((time, index) => time >= (times[index - 1] ?? 0) && time < durationMs)).toBe(true);
          expect(arrivalTimes(arrivals, { requests, durationMs }, chanceOf(seed, 0))).toEqual(times);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("lengths", () => {
  test("typed forms", () => {
    expect(parseLengths("512")).toEqual({ kind: "fixed", tokens: 512 });
    expect(parseLengths("100-900")).toEqual({ kind: "uniform", low: 100, high: 900 });
    expect(parseLengths("512~0.6")).toEqual({ kind: "log-normal", medianTokens: 512, sigma: 0.6 });
    expect(parseLengths("512~0.6<4096")).toEqual({ kind: "log-normal", medianTokens: 512, sigma: 0.6, most: 4096 });
    for (const wrong of ["", "0", "9-3", "x", "12k", "-4"]) expect(parseLengths(wrong)).toBeUndefined();
  });

  test("uniform reaches both ends, log-normal has its median and keeps its bound", () => {
    const random = chanceOf(3, 3);
    const even = Array.from({ length: 4000 }, () => lengthOf({ kind: "uniform", low: 3, high: 6 }, random));
    expect([...new Set(even)].sort((a, b) => a - b)).toEqual([3, 4, 5, 6]);
    const skewed = Array.from({ length: 8000 }, () =>
      lengthOf({ kind: "log-normal", medianTokens: 200, sigma: 0.8, most: 900 }, random),
    ).sort((a, b) => a - b);
    expect(Math.abs(skewed[4000]! / 200 - 1)).toBeLessThan(0.06);
    expect(skewed.at(-1)).toBe(900);
  });
});

describe("loops", () => {
  test("open: the schedule is made before anything is sent, and nothing follows", () => {
    const workload = openWorkload({ kind: "poisson", ratePerSec: 5 }, { durationMs: 60_000 }, shape, 7);
    expect(workload.scheduled.length).toBeGreaterThan(200);
    expect(workload.following(workload.scheduled[0]!, 1)).toBeUndefined();
    expect(workload.scheduled.map((request) => request.id)).toEqual(workload.scheduled.map((_, index) => index));
  });

  test("closed: users start spread, a request follows each end until the count is reached", () => {
    const workload = closedWorkload({ users: 4, spreadMs: 1000 }, { requests: 9 }, shape, 1);
    expect(workload.scheduled.map((request) => request.atMs)).toEqual([0, 250, 500, 750]);
    const followed = Array.from({ length: 10 }, (_, index) => workload.following(workload.scheduled[0]!, 1000 + index));
    expect(followed.filter((request) => request !== undefined).map((request) => [request.id, request.atMs])).toEqual([
      [4, 1000],
      [5, 1001],
      [6, 1002],
      [7, 1003],
      [8, 1004],
    ]);
  });

  test("closed: with a warm-up, so many are counted as were asked for, after all users have begun", () => {
    const workload = closedWorkload({ users: 2, spreadMs: 1000, warmUp: true }, { requests: 2 }, shape, 1);
    const next = (endMs: number) => workload.following(workload.scheduled[0]!, endMs)?.id;
    expect([next(100), next(400), next(600), next(700), next(800)]).toEqual([2, 3, 4, 5, undefined]);
  });

  test("closed: nothing leaves after the duration; what request n asks does not depend on when it leaves", () => {
    const drawn = { prompt: { kind: "uniform", low: 1, high: 1000 }, output: fixed(5) } as const;
    const early = closedWorkload({ users: 1 }, { durationMs: 5000 }, drawn, 3);
    const late = closedWorkload({ users: 1, thinkMs: 100 }, { durationMs: 5000 }, drawn, 3);
    const first = early.scheduled[0]!;
    expect(early.following(first, 10)!.promptTokens).toBe(late.following(first, 3000)!.promptTokens);
    expect(early.following(first, 5000)).toBeUndefined();
  });

  test("a shared beginning is part of the prompt and never longer than it", () => {
    const workload = openWorkload(
      { kind: "constant", ratePerSec: 1 },
      { requests: 50 },
      { prompt: { kind: "uniform", low: 10, high: 300 }, output: fixed(5), sharedTokens: 200, lane: "batch", key: "k" },
      5,
    );
    for (const request of workload.scheduled) {
      expect(request.prefix!.tokens).toBe(Math.min(200, request.promptTokens));
      expect([request.lane, request.key]).toEqual(["batch", "k"]);
    }
  });

  test("sessions: turns build on one another and wait for the answer", () => {
    const workload = sessionWorkload(
      { kind: "poisson", ratePerSec: 2 },
      { requests: 20 },
      {
        turns: { kind: "uniform", low: 1, high: 4 },
        said: fixed(30),
        output: fixed(50),
        sharedTokens: 10,
        thinkMs: 500,
      },
      11,
    );
    const turns: number[] = [];
    for (const first of workload.scheduled) {
      expect(first).toMatchObject({ turn: 0, promptTokens: 40, prefix: { id: "shared", tokens: 10 } });
      let [last, count] = [first, 1];
      for (;;) {
        const next = workload.following(last, last.atMs + 100);
        if (next === undefined) break;
        expect(next.promptTokens).toBe(last.promptTokens + last.outputTokens + 30);
        expect(next.prefix).toEqual({ id: `session-${first.session}`, tokens: last.promptTokens + last.outputTokens });
        expect(next.atMs).toBeGreaterThan(last.atMs + 100);
        expect(next.id).toBeGreaterThanOrEqual(20);
        [last, count] = [next, count + 1];
      }
      turns.push(count);
    }
    expect(new Set(turns)).toEqual(new Set([1, 2, 3, 4]));
  });
});

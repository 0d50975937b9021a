import { array, assert, double, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate, type RateRun } from "./calibrate.ts";

const run = (ratio: number, tokens = 64): RateRun => ({ basePerSec: 100, measuredPerSec: 100 * ratio, tokens });

describe("calibrate", () => {
  it("says nothing without a run, or from runs over no token", () => {
    expect(calibrate([])).toBeUndefined();
    expect(calibrate([run(1.2, 0)])).toBeUndefined();
  });

  it("takes one run's ratio, with a wide band", () => {
    const factor = calibrate([run(1.5)])!;
    expect(factor.factor).toBeCloseTo(1.5, 12);
    expect(factor.runs).toBe(1);
    expect(Math.exp(2 * factor.spread)).toBeLessThan(3);
    expect(Math.exp(2 * factor.spread)).toBeGreaterThan(2);
  });

  it("is narrow after five runs of a quiet machine, and leaves one out within a tenth", () => {
    const quiet = [1.61, 1.55, 1.68, 1.6, 1.52];
    const { factor, spread } = calibrate(quiet.map((ratio) => run(ratio)))!;
    expect(factor).toBeCloseTo(1.59, 1);
    expect(Math.exp(2 * spread)).toBeLessThanOrEqual(1.3);
    const errors = quiet.map((ratio, left) => {
      const others = quiet.filter((_, index) => index !== left);
      return Math.abs(calibrate(others.map((other) => run(other)))!.factor / ratio - 1);
    });
    expect(errors.toSorted((a, b) => a - b)[2]).toBeLessThanOrEqual(0.1);
  });

  it("is wide on a machine whose runs scatter", () => {
    const busy = calibrate([1.6, 0.5, 1.5, 0.7, 1.6].map((ratio) => run(ratio)))!;
    expect(Math.exp(2 * busy.spread)).toBeGreaterThan(2);
  });

  it("listens to newer and to longer runs more", () => {
    expect(calibrate([run(2), run(1)])!.factor).toBeGreaterThan(Math.SQRT2);
    expect(calibrate([run(1), run(2)])!.factor).toBeLessThan(Math.SQRT2);
    expect(calibrate([run(2, 2), run(1, 64)])!.factor).toBeLessThan(1.2);
  });

  it("forgets runs of long ago", () => {
    const recent = Array.from({ length: 12 }, () => run(2));
    expect(calibrate([...recent, run(0.01)])!.factor).toBeCloseTo(2, 12);
  });

  it("keeps factor between the ratios and the spread above its floor", () => {
    const ratios = array(double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });
    assert(
      property(ratios, (list) => {
        const { factor, spread } = calibrate(list.map((ratio) => run(ratio)))!;
        const counted = list.slice(0, 12);
        expect(factor).toBeGreaterThanOrEqual(Math.min(...counted) * (1 - 1e-9));
        expect(factor).toBeLessThanOrEqual(Math.max(...counted) * (1 + 1e-9));
        expect(spread).toBeGreaterThanOrEqual(0.05);
        expect(Number.isFinite(spread)).toBe(true);
      }),
    );
  });

  it("does not depend on the unit of rates", () => {
    const scale = double({ min: 1e-3, max: 1e3, noNaN: true });
    assert(
      property(scale, (by) => {
        const runs = [run(1.2), run(1.4), run(1.3)];
        const scaled = runs.map((one) => ({
          ...one,
          basePerSec: one.basePerSec * by,
          measuredPerSec: one.measuredPerSec * by,
        }));
        expect(calibrate(scaled)!.factor).toBeCloseTo(calibrate(runs)!.factor, 9);
      }),
    );
  });
});

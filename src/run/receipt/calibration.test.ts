import { assert, double, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { paceWithAdded } from "../../predict/speed/added.ts";
import type { Pace } from "../../predict/speed/index.ts";
import { calibrationOf, type CalibrationPoint, type DatedRun, type MachineCalibration } from "./calibration.ts";

/** A prediction without calibration: 10 ms a token, and 2 us more for each token of depth. */
const base = (depth: number): Pace => {
  const tokensPerSec = 1 / (0.01 + 2e-6 * depth);
  return {
    tokensPerSec,
    low: tokensPerSec / 2,
    high: tokensPerSec * 2,
    bound: "bandwidth",
    shareOfLimit: 0.5,
    provenance: "formula",
    formula: "made up",
  };
};
/** A machine that is `fast` times faster at the weights, and `deep` times at what depth adds. */
const machine = (fast: number, deep: number) => (depth: number) => 1 / (0.01 / fast + (2e-6 * depth) / deep);
const A = { name: "a", fileBytes: 1 };
const B = { name: "b", fileBytes: 2 };

const point = (at: number, perSec: number): CalibrationPoint => ({
  what: "decode",
  at,
  basePerSec: base(at).tokensPerSec,
  measuredPerSec: perSec,
  tokens: 32,
});
const calibration = (
  points: readonly CalibrationPoint[],
  more: Partial<MachineCalibration> = {},
): MachineCalibration => ({
  id: 1,
  atMs: 1000,
  machine: "m",
  engine: "e",
  backend: "cpu",
  model: A,
  threads: 1,
  points,
  ...more,
});
const run = (atMs: number, ratio: number, model = A): DatedRun => ({
  what: "decode",
  atMs,
  model,
  basePerSec: 100,
  measuredPerSec: 100 * ratio,
  tokens: 64,
});

describe("calibration", () => {
  it("predicts a machine at depths it was not measured at, whatever it is good and bad at", () => {
    assert(
      property(
        double({ min: 0.3, max: 3, noNaN: true }),
        double({ min: 0.3, max: 3, noNaN: true }),
        integer({ min: 0, max: 32_768 }),
        (fast, deep, depth) => {
          const measured = machine(fast, deep);
          const points = [40, 40, 40, 2000].map((at) => point(at, measured(at)));
          const { decode } = calibrationOf([calibration(points)], [])!;
          const pace = paceWithAdded("decode", decode, base, depth);
          if (depth <= 40) expect(pace).toBeUndefined();
          // the base is not measured at depth 0, so a little of what depth adds is in its factor
          else expect(Math.abs(Math.log(pace!.tokensPerSec / measured(depth)))).toBeLessThan(0.03);
        },
      ),
    );
  });

  it("has a narrow band after three like rounds, and one factor in its formula", () => {
    const measured = machine(0.7, 2);
    const points = [40, 40, 40, 2000].map((at) => point(at, measured(at)));
    const { decode } = calibrationOf([calibration(points)], [])!;
    expect(decode!.runs).toBe(3);
    expect(Math.exp(decode!.spread)).toBeLessThan(1.2);
    const pace = paceWithAdded("decode", decode, base, 4096)!;
    expect(pace.low * pace.high).toBeCloseTo(pace.tokensPerSec ** 2, 6);
    expect(pace.provenance).toBe("calibrated");
    expect(pace.formula).toBe("made up x 0.99 [this machine, 3 runs]");
  });

  it("tells what a prompt takes at all from what its tokens and what attention add", () => {
    const prompt = (fixed: number, each: number, attention: number) => (tokens: number) =>
      tokens / (0.01 * fixed + 0.002 * each * tokens + 2e-8 * attention * tokens ** 2);
    const predicted = prompt(1, 1, 1);
    const factor = double({ min: 0.4, max: 2.5, noNaN: true });
    assert(
      property(factor, factor, factor, integer({ min: 21, max: 8192 }), (fixed, each, attention, tokens) => {
        const machineIs = prompt(fixed, each, attention);
        const points = [20, 20, 320, 320, 2400].map((at) => ({
          what: "prefill" as const,
          at,
          basePerSec: predicted(at),
          measuredPerSec: machineIs(at),
          tokens: at,
        }));
        const { prefill } = calibrationOf([calibration(points)], [])!;
        const pace = paceWithAdded("prefill", prefill, (at) => ({ ...base(0), tokensPerSec: predicted(at) }), tokens);
        expect(Math.abs(Math.log(pace!.tokensPerSec / machineIs(tokens)))).toBeLessThan(0.02);
      }),
    );
  });

  it("takes later runs for what they say beside the calibration of their length", () => {
    const measured = machine(0.7, 2);
    const points = [40, 40, 40, 2000].map((at) => point(at, measured(at)));
    const plain = calibrationOf([calibration(points)], [])!.decode!;
    const deep = { ...run(1001, 1), at: 2000, basePerSec: base(2000).tokensPerSec, measuredPerSec: measured(2000) };
    const same = calibrationOf([calibration(points)], [deep])!.decode!;
    expect(same.factor).toBeCloseTo(plain.factor, 6);
    expect(same.added!.factor).toBeCloseTo(plain.added!.factor, 6);
    const half = { ...deep, measuredPerSec: measured(2000) / 2 };
    const slower = calibrationOf([calibration(points)], [half, half, half])!.decode!;
    expect(slower.factor).toBeLessThan(plain.factor * 0.8);
    expect(slower.added!.factor / plain.added!.factor).toBeCloseTo(slower.factor / plain.factor, 6);
  });

  it("says nothing apart where depth was not measured, or where measured depth cost nothing that can be told", () => {
    expect(calibrationOf([calibration([point(40, 70)])], [])!.decode!.added).toBeUndefined();
    const noisy = calibrationOf([calibration([point(40, 70), point(2000, 80)])], [])!.decode!.added!;
    expect(noisy.factor).toBe(8);
    expect(calibrationOf([], [run(1, 0.5)])!.decode!.added).toBeUndefined();
  });

  it("starts over: runs before a calibration no longer count, later ones do", () => {
    const one = calibration([point(40, machine(1, 1)(40)), point(40, machine(1, 1)(40)), point(40, machine(1, 1)(40))]);
    expect(calibrationOf([one], [run(999, 0.2)])!.decode!.factor).toBeCloseTo(1, 2);
    expect(calibrationOf([one], [run(1001, 0.5)])!.decode!.factor).toBeLessThan(0.9);
    const newer = calibration([point(40, 50)], { id: 2, atMs: 2000 });
    expect(calibrationOf([one, newer], [run(1001, 0.2)])!.decode!.factor).toBeCloseTo(50 / base(40).tokensPerSec, 6);
  });

  it("goes by the file itself where that was measured three times, else by all", () => {
    const ofA = calibration([40, 40, 40].map((at) => point(at, 50)));
    const ofB = calibration(
      [40, 40, 40].map((at) => point(at, 200)),
      { id: 2, atMs: 2000, model: B },
    );
    const factor = (model?: typeof A, runs: DatedRun[] = []) => calibrationOf([ofA, ofB], runs, model)!.decode!.factor;
    expect(factor(A)).toBeCloseTo(50 / base(40).tokensPerSec, 6);
    expect(factor(B)).toBeCloseTo(200 / base(40).tokensPerSec, 6);
    expect(factor()).toBe(factor(B)); // the newest
    expect(factor({ name: "c", fileBytes: 3 })).toBe(factor(B));
    const few = [run(2001, 0.1, { name: "c", fileBytes: 3 })];
    expect(factor({ name: "c", fileBytes: 3 }, few)).toBeGreaterThan(0.5);
  });

  it("says with which bandwidth its predictions were made: the file's own, else the newest", () => {
    const points = [40, 40, 40].map((at) => point(at, 50));
    const ofA = calibration(points, { bandwidthBytesPerSec: 10e9 });
    const ofB = calibration(points, { id: 2, atMs: 2000, model: B, bandwidthBytesPerSec: 20e9 });
    const bandwidth = (model?: typeof A) => calibrationOf([ofA, ofB], [], model)!.hostBandwidthBytesPerSec;
    expect([bandwidth(A), bandwidth(B), bandwidth()]).toEqual([10e9, 20e9, 20e9]);
  });

  it("knows nothing without runs", () => {
    expect(calibrationOf([], [])).toBeUndefined();
    expect(calibrationOf([calibration([])], [run(1, 2)])).toBeUndefined();
  });
});

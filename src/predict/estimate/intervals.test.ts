import { assert, double, integer, property, array } from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../facts/units/index.ts";
import { divergence, type Candidates } from "./divergence.ts";
import { bootstrapMean, mcnemar, pairedDifference, shareOf } from "./intervals.ts";

describe("shares", () => {
  it("has Wilson's interval as published", () => {
    // 95% of 15/20: 0.531 to 0.888; 0/10: 0 to 0.278 (Newcombe 1998, method 3; R: prop.test without correction)
    const some = shareOf(15, 20);
    expect([some.low, some.high].map((end) => end.toFixed(3))).toEqual(["0.531", "0.888"]);
    const none = shareOf(0, 10);
    expect([none.low, none.high].map((end) => end.toFixed(3))).toEqual(["0.000", "0.278"]);
  });

  it("tests pairs exactly", () => {
    // coin throws: 2 (1 + 10) / 2^10 and 2 / 2^5
    expect(mcnemar({ onlyFirst: 9, onlySecond: 1 })).toBeCloseTo(22 / 1024, 12);
    expect(mcnemar({ onlyFirst: 0, onlySecond: 5 })).toBeCloseTo(2 / 32, 12);
    expect(mcnemar({ onlyFirst: 4, onlySecond: 4 })).toBe(1);
    expect(mcnemar({ onlyFirst: 0, onlySecond: 0 })).toBe(1);
  });

  it("gives a paired difference an interval around it, also where nothing differs", () => {
    const none = pairedDifference({ onlyFirst: 0, onlySecond: 0, trials: 20 });
    expect(none.value).toBe(0);
    expect(none.low).toBeCloseTo(-none.high, 12);
    expect(none.high).toBeGreaterThan(0.05);
    assert(
      property(
        integer({ min: 0, max: 30 }),
        integer({ min: 0, max: 30 }),
        integer({ min: 0, max: 50 }),
        (a, b, same) => {
          const trials = a + b + same;
          if (trials === 0) return;
          const one = pairedDifference({ onlyFirst: a, onlySecond: b, trials });
          const other = pairedDifference({ onlyFirst: b, onlySecond: a, trials });
          expect(one.low).toBeCloseTo(-other.high, 10);
          expect(one.low).toBeLessThanOrEqual(one.high);
        },
      ),
    );
  });
});

describe("bootstrap", () => {
  it("is the mean, and its interval that of the normal distribution where there are many blocks", () => {
    const random = seededRandom(3);
    const blocks = Array.from({ length: 400 }, () => ({ sum: random() * 10, count: 10 }));
    const { value, low, high } = bootstrapMean(blocks, seededRandom(1));
    const sums = blocks.map(({ sum }) => sum / 10);
    const mean = sums.reduce((total, one) => total + one, 0) / sums.length;
    const error = Math.sqrt(sums.reduce((total, one) => total + (one - mean) ** 2, 0) / sums.length / sums.length);
    expect(value).toBeCloseTo(mean, 12);
    expect(low).toBeCloseTo(mean - 1.96 * error, 2);
    expect(high).toBeCloseTo(mean + 1.96 * error, 2);
  });

  it("says the same for the same seed, weighs by tokens, and is a point where all agree", () => {
    const blocks = [
      { sum: 2, count: 1 },
      { sum: 4, count: 4 },
    ];
    expect(bootstrapMean(blocks, seededRandom(5))).toEqual(bootstrapMean(blocks, seededRandom(5)));
    expect(bootstrapMean(blocks, seededRandom(5)).value).toBe(6 / 5);
    const agree = Array.from({ length: 9 }, () => ({ sum: 3, count: 3 }));
    expect(bootstrapMean(agree, seededRandom(5))).toEqual({ value: 1, low: 1, high: 1 });
  });

  it("covers the truth about nineteen times out of twenty", () => {
    const random = seededRandom(11);
    let inside = 0;
    for (let trial = 0; trial < 200; trial += 1) {
      const blocks = Array.from({ length: 40 }, () => ({ sum: 32 * (random() + random() + random()), count: 32 }));
      const { low, high } = bootstrapMean(blocks, random, 400);
      if (low <= 1.5 && 1.5 <= high) inside += 1;
    }
    expect(inside).toBeGreaterThan(178);
    expect(inside).toBeLessThan(199);
  });
});

describe("divergence", () => {
  const whole = (...shares: number[]): Candidates => {
    const order = shares.map((_, id) => id).sort((a, b) => shares[b]! - shares[a]!);
    const total = shares.reduce((sum, share) => sum + share, 0);
    return {
      topIds: Uint32Array.from(order),
      topLogProbs: Float32Array.from(order, (id) => Math.log(shares[id]! / total)),
    };
  };
  const cut = ({ topIds, topLogProbs }: Candidates, count: number): Candidates => ({
    topIds: topIds.slice(0, count),
    topLogProbs: topLogProbs.slice(0, count),
  });

  it("is the sum where everything is told apart", () => {
    const { kl, covered, sameTop } = divergence(whole(0.5, 0.25, 0.25), whole(0.25, 0.5, 0.25));
    expect(kl).toBeCloseTo(0.5 * Math.log(2) + 0.25 * Math.log(0.5), 6);
    expect(covered).toBeCloseTo(1, 6);
    expect(sameTop).toBe(false);
  });

  it("is nothing between equals, and never more with fewer told apart", () => {
    assert(
      property(
        array(double({ min: 0.01, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        array(double({ min: 0.01, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        integer({ min: 1, max: 8 }),
        (p, q, count) => {
          const [reference, other] = [whole(...p), whole(...q)];
          expect(divergence(reference, reference).kl).toBeLessThan(1e-5);
          const exact = divergence(reference, other).kl;
          expect(divergence(cut(reference, count), cut(other, count)).kl).toBeLessThanOrEqual(exact + 1e-5);
        },
      ),
    );
  });
});

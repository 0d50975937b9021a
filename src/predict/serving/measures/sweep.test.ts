import { describe, expect, test } from "vitest";
import { chanceOf } from "../workload/index.ts";
import { differences, kneeOf, type RequestRecord, throughputRatio } from "./index.ts";

const point = (load: number, tokensPerSec: number, latencyMs: number) => ({ load, tokensPerSec, latencyMs });

test("the knee is where throughput by latency is highest", () => {
  expect(kneeOf([point(1, 100, 1000), point(2, 190, 1050), point(4, 350, 1150), point(8, 400, 2000)])).toEqual({
    index: 2,
    beyond: false,
  });
  expect(kneeOf([point(1, 100, 1000), point(2, 200, 1000)])).toEqual({ index: 1, beyond: true });
  expect(kneeOf([point(1, 35, 900)])).toEqual({ index: 0, beyond: false });
  expect(kneeOf([point(1, 0, 0)])).toBeUndefined();
});

function record(id: number, ttft: number): RequestRecord {
  const tokenMs = Float64Array.from([ttft, ttft + 10, ttft + 20]);
  const times = { scheduledMs: 0, sentMs: 0, firstMs: ttft, tokenMs, endMs: ttft + 20 };
  return { id, ...times, promptTokens: 1, outputTokens: 3, outcome: "ok" };
}

describe("two endpoints on the same requests", () => {
  const random = chanceOf(1, 1);
  const first = Array.from({ length: 80 }, (_, id) => record(id, 100 + 400 * random()));
  const second = first.map((one) => record(one.id, one.firstMs! + 8 + 4 * random()));

  test("a small difference shows through a large spread, since requests are paired", () => {
    const found = differences([{ first, second }], 5);
    const ttft = found.find((row) => row.metric === "ttft" && row.statistic === "p50")!;
    expect(ttft.pairs).toBe(80);
    expect(ttft.difference.low).toBeGreaterThan(5);
    expect(ttft.difference.high).toBeLessThan(15);
    expect(found.find((row) => row.metric === "tpot")!.difference).toEqual({ value: 0, low: 0, high: 0 });
    expect(differences([{ first, second }], 5)).toEqual(found);
  });

  test("what failed on one side is no pair", () => {
    const broken = second.map((one) => (one.id < 70 ? { ...one, outcome: "failed" as const } : one));
    expect(differences([{ first, second: broken }], 5)[0]!.pairs).toBe(10);
    expect(differences([{ first, second: [] }], 5)).toEqual([]);
  });

  test("throughput over rounds", () => {
    const ratio = throughputRatio(
      [
        { first: 10, second: 11 },
        { first: 20, second: 22.2 },
        { first: 5, second: 5.4 },
      ],
      1,
    )!;
    expect(ratio.value).toBeCloseTo(1.1, 1);
    expect(ratio.low).toBeGreaterThan(1.07);
    expect(throughputRatio([{ first: 1, second: 2 }], 1)).toBeUndefined();
  });
});

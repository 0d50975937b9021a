import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asTool, distributionOf, parseTargets, percentile, type RequestRecord, summarize } from "./index.ts";

/** A request whose events with text come at `tokens`; one token an event unless told. */
function record(
  id: number,
  sentMs: number,
  tokens: readonly number[],
  more: Partial<RequestRecord> = {},
): RequestRecord {
  return {
    id,
    scheduledMs: sentMs,
    sentMs,
    ...(tokens[0] === undefined ? {} : { firstMs: tokens[0] }),
    tokenMs: Float64Array.from(tokens),
    endMs: (tokens.at(-1) ?? sentMs) + 1,
    promptTokens: 10,
    outputTokens: tokens.length,
    outcome: "ok",
    ...more,
  };
}

// Due at 0 and 100, sent 2 and 4 ms late. First tokens 50 and 60 ms after the send; gaps 10, 10 and 10, 30.
const TWO = [
  record(0, 2, [52, 62, 72], { scheduledMs: 0, endMs: 73 }),
  record(1, 104, [164, 174, 204], { scheduledMs: 100, endMs: 206 }),
];

describe("every metric on two requests by hand", () => {
  const summary = summarize(TWO, { loop: "open" });

  test("time to the first token and to the end, from send and from schedule", () => {
    expect([summary.ttftMs.fromSend!.min, summary.ttftMs.fromSend!.max]).toEqual([50, 60]);
    expect([summary.ttftMs.fromSchedule!.min, summary.ttftMs.fromSchedule!.max]).toEqual([52, 64]);
    expect([summary.e2eMs.fromSend!.min, summary.e2eMs.fromSend!.max]).toEqual([71, 102]);
    expect([summary.e2eMs.fromSchedule!.min, summary.e2eMs.fromSchedule!.max]).toEqual([73, 106]);
  });

  test("gaps are pooled, time per token is a mean of each request", () => {
    expect(summary.gapMs).toMatchObject({ n: 4, mean: 15, p50: 10, max: 30 });
    expect(summary.tpotMs).toMatchObject({ n: 2, min: 10, max: 20, p50: 15 });
  });

  test("rates over first send to last end, which the summary names", () => {
    expect(summary.spanMs).toBe(204);
    expect(summary.outputTokensPerSec).toBeCloseTo(6 / 0.204, 9);
    expect(summary.promptTokensPerSec).toBeCloseTo(20 / 0.204, 9);
    expect(summary.requestsPerSec).toBeCloseTo(2 / 0.204, 9);
    // between the sends at 2 and 104 only the first request's three tokens came
    expect(summary.steadyOutputTokensPerSec).toBeCloseTo(3 / 0.102, 9);
    expect(summary.askedPerSec).toBeCloseTo(10, 9);
    expect(summary.achievedPerSec).toBeCloseTo(1000 / 102, 9);
    expect(summary.lagMs).toMatchObject({ min: 2, max: 4 });
    expect(summary.concurrency).toEqual({ mean: (71 + 102) / 204, most: 1 });
  });

  test("achieved below 98% of asked is no valid point", () => {
    expect(summary.doubts).toEqual([]);
    const slow = summarize([record(0, 0, [5]), record(1, 103, [108], { scheduledMs: 100 })], { loop: "open" });
    expect(slow.doubts.map((doubt) => doubt.why)).toEqual(["rate-not-reached"]);
    const late = summarize([record(0, 11, [15], { scheduledMs: 0 }), record(1, 111, [115], { scheduledMs: 100 })], {
      loop: "open",
    });
    expect(late.doubts.map((doubt) => doubt.why)).toEqual(["schedule-lag"]);
    expect(summarize([], { loop: "open" }).doubts.map((doubt) => doubt.why)).toEqual(["no-answers"]);
  });
});

test("an event of several tokens: gaps are of events, time per token counts tokens", () => {
  const summary = summarize([record(0, 0, [10, 30, 50], { outputTokens: 5 })], { loop: "closed" });
  expect(summary.gapMs).toMatchObject({ n: 2, p50: 20 });
  expect(summary.tpotMs).toMatchObject({ n: 1, p50: 10 });
});

test("failed and unfinished requests are counted, not timed; warm-up is neither", () => {
  const all = [
    record(0, 0, [100, 110]),
    record(1, 50, [], { outcome: "failed", error: "refused" }),
    record(2, 60, [70, 80]),
    record(3, 70, [90], { outcome: "unfinished" }),
  ];
  const summary = summarize(all, { loop: "closed", measuredFromMs: 50 });
  expect(summary.requests).toEqual({ ok: 1, failed: 1, unfinished: 1, warmUp: 1 });
  expect(summary.ttftMs.fromSend).toMatchObject({ n: 1, max: 10 });
  expect(summary.askedPerSec).toBeUndefined();
});

test("the share of cached tokens is known where every answer says it", () => {
  const [a, b] = [record(0, 0, [1], { cachedTokens: 4 }), record(1, 5, [6], { cachedTokens: 0 })];
  expect(summarize([a, b], { loop: "closed" }).cachedShare).toBe(0.2);
  expect(summarize([a, record(2, 9, [10])], { loop: "closed" }).cachedShare).toBeUndefined();
});

describe("targets", () => {
  test("typed", () => {
    expect(parseTargets("ttft p95 500ms, tpot p99.5 0.05s,e2e<=3s")).toBeUndefined();
    expect(parseTargets("ttft p95 500ms, tpot p99.5 0.05s, e2e <= 3s")).toEqual([
      { metric: "ttft", percent: 95, limitMs: 500 },
      { metric: "tpot", percent: 99.5, limitMs: 50 },
      { metric: "e2e", percent: 95, limitMs: 3000 },
    ]);
    for (const wrong of ["", "ttft", "ttft p95", "tps p50 1s", "ttft p95 5"])
      expect(parseTargets(wrong)).toBeUndefined();
  });

  test("a target holds at its percentile; goodput wants every limit of a request, counted from the schedule", () => {
    const targets = [
      { metric: "ttft", percent: 50, limitMs: 58 },
      { metric: "gap", percent: 99, limitMs: 20 },
    ] as const;
    const { goodput } = summarize([...TWO, record(2, 150, [], { outcome: "failed" })], { loop: "open", targets });
    expect(goodput!.targets).toEqual([
      { metric: "ttft", percent: 50, limitMs: 58, valueMs: 58, met: true },
      { metric: "gap", percent: 99, limitMs: 20, valueMs: expect.closeTo(29.4, 9), met: false },
    ]);
    expect(goodput).toMatchObject({ met: false, share: 1 / 3 });
    expect(goodput!.requestsPerSec).toBeCloseTo(1 / 0.204, 9);
  });
});

describe("saturation", () => {
  const run = (tookMs: (index: number) => number) =>
    Array.from({ length: 200 }, (_, index) => record(index, index * 100, [index * 100 + tookMs(index)]));
  const label = (records: RequestRecord[]) => summarize(records, { loop: "open" }).saturation?.label;

  test("steady, growing, and growing with fewer ends than arrivals", () => {
    expect(label(run(() => 500))).toBe("STABLE");
    expect(label(run((index) => 300 + index * 4))).toBe("BACKLOGGED");
    expect(label(run((index) => 300 + index * 100))).toBe("OVERLOADED");
  });

  test("bursts, one of them at the very end, are no backlog", () => {
    const bursts = Array.from({ length: 60 }, (_, index) => {
      const atMs = Math.floor(index / 10) * 1000;
      return record(index, atMs, [atMs + 230]);
    });
    expect(label(bursts)).toBe("STABLE");
  });

  test("a few requests say nothing, and a closed loop is never behind", () => {
    expect(label(run(() => 500).slice(0, 19))).toBeUndefined();
    expect(
      summarize(
        run((index) => index * 100),
        { loop: "closed" },
      ).saturation,
    ).toBeUndefined();
  });
});

describe("other tools on the same records", () => {
  const rows = (tool: "guidellm" | "vllm" | "aiperf", records = TWO) =>
    Object.fromEntries(asTool(records, tool).rows.map((row) => [row.name, row.values]));

  test("guidellm: its time per output token contains the first, its median is a value that occurred", () => {
    const found = rows("guidellm");
    expect(found["time_to_first_token_ms"]).toMatchObject({ mean: 55, median: 50, p99: 60 });
    expect(found["inter_token_latency_ms"]).toMatchObject({ mean: 15, median: 10, p95: 20 });
    expect(found["time_per_output_token_ms"]!["median"]).toBeCloseTo(70 / 3, 9);
    expect(found["time_per_output_token_ms"]!["p99"]).toBeCloseTo(100 / 3, 9);
  });

  test("vllm: gaps pooled, time per token runs to the end; a chunk with the role alone is its first", () => {
    const found = rows("vllm");
    expect(found["ITL"]).toMatchObject({ mean: 15, median: 10 });
    expect(found["TPOT"]).toMatchObject({ mean: (21 / 2 + 42 / 2) / 2 });
    expect(found["Benchmark duration"]).toEqual({ value: 0.204 });
    const role = rows("vllm", [record(0, 0, [50, 60], { firstEventMs: 5 })]);
    expect(role["TTFT"]!["mean"]).toBe(5);
    expect(role["ITL"]!["mean"]).toBe(27.5);
  });

  test("aiperf: a mean a request to the last answer", () => {
    const found = rows("aiperf");
    expect(found["Inter Token Latency"]).toMatchObject({ avg: 15, min: 10, max: 20 });
    expect(found["Request Latency"]).toMatchObject({ min: 70, max: 100 });
    expect(found["Time to Second Token"]).toMatchObject({ avg: 10 });
    expect(found["Output Token Throughput Per User"]).toMatchObject({ max: 100, min: 50 });
  });

  test("nothing is counted of a request that failed", () => {
    for (const tool of ["guidellm", "vllm", "aiperf"] as const) {
      const failed = record(2, 110, [120, 400], { outcome: "failed" });
      expect(asTool([...TWO, failed], tool)).toEqual(asTool(TWO, tool));
    }
  });
});

describe("properties", () => {
  const requests = fc.array(
    fc.record({
      due: fc.double({ min: 0, max: 1e5, noNaN: true }),
      lag: fc.double({ min: 0, max: 50, noNaN: true }),
      waits: fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 20 }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const records = requests.map((all) =>
    all.map(({ due, lag, waits }, id) => {
      let atMs = due + lag;
      return record(
        id,
        due + lag,
        waits.map((wait) => (atMs += wait)),
        { scheduledMs: due },
      );
    }),
  );

  test("from schedule is never less than from send; a request's parts add up to its whole; order does not matter", () => {
    fc.assert(
      fc.property(records, (all) => {
        const summary = summarize(all, { loop: "open" });
        expect(summary.ttftMs.fromSchedule!.mean).toBeGreaterThanOrEqual(summary.ttftMs.fromSend!.mean);
        const whole = all.reduce((sum, one) => sum + one.endMs - one.sentMs - 1, 0);
        const gaps = summary.gapMs === undefined ? 0 : summary.gapMs.mean * summary.gapMs.n;
        expect(summary.ttftMs.fromSend!.mean * all.length + gaps).toBeCloseTo(whole, 3);
        const turned = summarize([...all].reverse(), { loop: "open" });
        for (const from of ["fromSend", "fromSchedule"] as const) {
          const [one, other] = [summary.ttftMs[from]!, turned.ttftMs[from]!];
          for (const [name, value] of Object.entries(one))
            // sums of the same values in another order
            expect(Math.abs(value - other[name as keyof typeof other])).toBeLessThanOrEqual(
              1e-9 * (1 + Math.abs(value)),
            );
        }
        expect(turned.concurrency.most).toBe(summary.concurrency.most);
        expect(summary.concurrency.mean).toBeLessThanOrEqual(summary.concurrency.most + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test("moving the clock moves nothing", () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 1e6 }), (all, byMs) => {
        const moved = all.map((one) => ({
          ...one,
          scheduledMs: one.scheduledMs + byMs,
          sentMs: one.sentMs + byMs,
          firstMs: one.firstMs! + byMs,
          tokenMs: one.tokenMs.map((atMs) => atMs + byMs),
          endMs: one.endMs + byMs,
        }));
        const [a, b] = [summarize(all, { loop: "closed" }), summarize(moved, { loop: "closed" })];
        expect(b.tpotMs?.p50 ?? 0).toBeCloseTo(a.tpotMs?.p50 ?? 0, 4);
        expect(b.e2eMs.fromSend!.p99).toBeCloseTo(a.e2eMs.fromSend!.p99, 4);
      }),
      { numRuns: 40 },
    );
  });

  test("percentiles: between the ends, rising, and numpy's on a known list", () => {
    expect([50, 90, 95, 99].map((percent) => percentile([1, 2, 3, 4], percent))).toEqual([
      2.5,
      expect.closeTo(3.7, 12),
      expect.closeTo(3.85, 12),
      expect.closeTo(3.97, 12),
    ]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const found = distributionOf(values)!;
        const rising = [found.min, found.p50, found.p90, found.p95, found.p99, found.max];
        expect(rising.every((value, index) => index === 0 || value >= rising[index - 1]!)).toBe(true);
      }),
    );
    expect(distributionOf([])).toBeUndefined();
  });
});

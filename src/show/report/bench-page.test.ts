import { describe, expect, test } from "vitest";
import type { BenchAnswer, BenchPoint } from "../../plan/answer/index.ts";
import { type RequestRecord, summarize } from "../../predict/serving/index.ts";
import { benchChart } from "./bench-chart.ts";
import { benchPage } from "./bench-page.ts";

function point(users: number, gapMs: number): BenchPoint {
  const records = Array.from({ length: 12 }, (_, id): RequestRecord => {
    const sentMs = id * 400;
    const tokenMs = Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8], (at) => sentMs + 50 + id + at * gapMs);
    const times = { scheduledMs: sentMs, sentMs, firstMs: tokenMs[0]!, tokenMs, endMs: tokenMs[8]! };
    return { id, ...times, promptTokens: 100, outputTokens: 9, outcome: "ok" };
  });
  return {
    load: { users },
    summary: summarize(records, { loop: "closed" }),
    cache: { said: "of none" },
    client: { loopLagMs: { p50: 0, p99: 1, max: 1 }, busy: 0.1 },
    retried: 0,
    failures: [],
    requests: records.map((record) => ({ ...record, tokenMs: [...record.tokenMs] })),
  };
}

const endpoint = {
  base: "http://127.0.0.1:1/v1",
  model: '<script>alert("x")</script>&',
  prompts: { how: "estimated" as const },
  refused: [],
};
const ONE: BenchAnswer = {
  schema: "loadout/1",
  kind: "bench",
  endpoint,
  asked: { loop: "closed", prompt: "100", output: "9", seed: 1, cache: "unique", connections: "fresh" },
  points: [point(1, 10), point(2, 11), point(4, 30)],
  rates: [
    {
      what: "decode",
      at: 100,
      streams: 2,
      measuredPerSec: 90,
      tokens: 40,
      predicted: { value: 100, low: 80, high: 120 },
      ratio: 0.9,
      insideBand: true,
    },
    { what: "prefill", at: 100, streams: 1, measuredPerSec: 900, tokens: 900 },
  ],
  stopped: false,
  notes: ["a note"],
  next: [],
};
const FACTS = { date: "2026-01-02", server: "llama-server b11434, 4 slots" };
const ANSWER: BenchAnswer = { ...ONE, knee: { index: 1, beyond: false } };
const COMPARED: BenchAnswer = {
  ...ONE,
  points: [point(2, 10)],
  compared: {
    endpoint,
    differs: ['body {"a": "<b>"}'],
    points: [point(2, 20)],
    differences: [
      {
        metric: "tpot",
        statistic: "p50",
        first: 10,
        second: 20,
        difference: { value: 10, low: 9, high: 11 },
        pairs: 12,
      },
    ],
    throughput: { value: 0.5, low: 0.4, high: 0.6 },
  },
};

describe("the page of a run", () => {
  test("needs nothing from elsewhere, runs nothing, and lets no name of a server become markup", () => {
    for (const page of [benchPage(ANSWER, FACTS), benchPage(COMPARED, FACTS)]) {
      expect(page).not.toMatch(/<script|<link|<img|src=|url\(|javascript:/i);
      expect(page).not.toContain("<b>");
      expect(page).toContain("&lt;script&gt;");
      expect(page).toContain("default-src 'none'");
      expect(page.match(/<svg /g)!.length).toBe(1);
    }
  });

  test("says load by load what was measured, this machine's rates, the words and how it was measured", () => {
    const page = benchPage(ANSWER, FACTS);
    for (const said of ["2 users", "llama-server b11434", "decoding", "What the words mean", "2026-01-02", "a note"])
      expect(page).toContain(said);
    const compared = benchPage(COMPARED, FACTS);
    for (const said of ["The second makes fewer tokens a second", "+9 ms to +11 ms", "in turns with itself"])
      expect(compared).toContain(said);
  });

  test("the same answer, the same bytes", () => {
    expect(benchPage(ANSWER, FACTS)).toBe(benchPage(ANSWER, FACTS));
    expect(benchChart(ANSWER, "2026-01-02", "dark")).toBe(benchChart(ANSWER, "2026-01-02", "dark"));
  });

  test("points of which nothing was answered make no picture fall", () => {
    const dead: BenchPoint = { ...point(1, 10), summary: summarize([], { loop: "closed" }), requests: [] };
    expect(benchPage({ ...ONE, points: [dead] }, FACTS)).toContain("0 tok/s");
    expect(benchPage({ ...ONE, points: [dead, { ...dead, load: { users: 2 } }] }, FACTS)).toContain("<svg ");
    expect(benchPage({ ...ONE, points: [{ ...point(1, 10), load: { requestsPerSec: 2 } }] }, FACTS)).toContain(
      "2 req/s",
    );
  });
});

import { describe, expect, test } from "vitest";
import type { RequestRecord } from "../measures/index.ts";
import { shownRates } from "./shown-rates.ts";

/** A request that reads at 1000 tokens a second and draws one token each `gapMs`. */
function record(id: number, sentMs: number, promptTokens: number, gapMs: number, more: Partial<RequestRecord> = {}) {
  const firstMs = sentMs + promptTokens - (more.cachedTokens ?? 0);
  const tokenMs = Float64Array.from({ length: 21 }, (_, at) => firstMs + at * gapMs);
  const endMs = tokenMs.at(-1)!;
  const base = { id, scheduledMs: sentMs, sentMs, firstMs, tokenMs, endMs, promptTokens, outputTokens: 21 };
  return { ...base, outcome: "ok" as const, ...more };
}

describe("rates that records show", () => {
  test("one after the other: both rates, at their depth and length", () => {
    const rates = shownRates([
      ...[300, 310, 320, 330].map((tokens, at) => record(at, 1000 * at, tokens, 10)),
      ...[2000, 2010, 2020, 2030].map((tokens, at) => record(9 + at, 9000 + 4000 * at, tokens, 12.5)),
    ]);
    expect(rates.map(({ what, streams, perSec }) => [what, streams, Math.round(perSec)])).toEqual([
      ["decode", 1, 100],
      ["decode", 1, 80],
      ["prefill", 1, 1000],
      ["prefill", 1, 1000],
    ]);
    expect(rates[0]!.at).toBeGreaterThan(300);
    expect(rates[3]!.at).toBe(2020);
    expect(rates[0]!.tokens).toBeGreaterThanOrEqual(30);
  });

  test("together: the rate of all, and nothing of prompts that were not alone", () => {
    const [one, other] = [record(1, 0, 100, 20), record(2, 1, 100, 20)];
    const rates = shownRates([one, other]);
    expect(rates.every(({ what }) => what === "decode")).toBe(true);
    expect(rates.map(({ streams, perSec }) => [streams, Math.round(perSec)])).toEqual([[2, 100]]);
  });

  test("a prompt that a cache held says nothing of reading", () => {
    const rates = shownRates([record(1, 0, 300, 10, { cachedTokens: 200 })]);
    expect(rates.map(({ what }) => what)).toEqual(["decode"]);
    expect(shownRates([])).toEqual([]);
  });
});

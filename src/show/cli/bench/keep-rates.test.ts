import { describe, expect, test } from "vitest";
import type { RequestRecord } from "../../../predict/serving/index.ts";
import { ratesOf } from "./keep-rates.ts";

/** Reads a token a millisecond, draws one each ten. */
function one(sentMs: number, promptTokens: number, outputTokens = 21): RequestRecord {
  const firstMs = sentMs + promptTokens;
  const tokenMs = Float64Array.from({ length: outputTokens }, (_, at) => firstMs + 10 * at);
  const times = { scheduledMs: sentMs, sentMs, firstMs, tokenMs, endMs: tokenMs.at(-1)! };
  return { id: sentMs, ...times, promptTokens, outputTokens, outcome: "ok" };
}

describe("rates that are kept of a run", () => {
  test("of each place the best supported one, over points whose clocks all begin at nothing", () => {
    const first = [one(0, 100), one(2000, 110), one(4000, 105)];
    const second = [one(0, 102), one(1, 102)];
    const rates = ratesOf([first, second], one(0, 100));
    expect(rates.map(({ what, streams, perSec }) => [what, streams, Math.round(perSec)])).toEqual([
      ["decode", 1, 100],
      ["prefill", 1, 1000],
      ["decode", 2, 200],
    ]);
    expect(rates[1]!.tokens).toBe(315);
  });

  test("the first request alone says how fast prompts are read where users were never alone", () => {
    const together = [one(0, 300), one(1, 300), one(2, 300)];
    expect(ratesOf([together], undefined).some(({ what }) => what === "prefill")).toBe(false);
    expect(ratesOf([together], one(0, 300)).find(({ what }) => what === "prefill")!.perSec).toBeCloseTo(1000, 6);
    expect(ratesOf([], undefined)).toEqual([]);
  });
});

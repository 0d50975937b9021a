import { expect, test } from "vitest";
import type { Receipt } from "../../run/receipt/index.ts";
import { measuredBefore } from "./before.ts";

const settings = {
  context: 512,
  sequences: 1,
  unifiedCache: false,
  batch: 512,
  microBatch: 512,
  flashAttention: true,
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: 0,
} as const;
const run = (threads: number, measuredPerSec: number, asked = false): Pick<Receipt, "settings" | "rates"> => ({
  settings: { ...settings, threads, ...(asked ? { threadsAsked: true as const } : {}) },
  rates: [{ what: "decode", measuredPerSec, lowPerSec: 50, tokens: 20 }],
});

test("threads come from the newest measured run, not from a number that was asked for", () => {
  expect(measuredBefore([run(8, 90, true), run(2, 90), run(1, 90)])).toBe(2);
  expect(measuredBefore([run(8, 90, true)])).toBeUndefined();
  expect(measuredBefore([])).toBeUndefined();
});

test("a run below its band is a reason to measure again", () => {
  expect(measuredBefore([run(2, 6), run(2, 90)])).toBeUndefined();
});

import { expect, test } from "vitest";
import { loadOf } from "../speed/index.ts";
import { EXPERTS, tensorsOf } from "../speed/testing/rig.ts";
import { headLoad, serverRates, streamsAt, type ServerCards } from "./index.ts";

const load = loadOf({ geometry: EXPERTS, cacheTypeK: "f16", cacheTypeV: "f16" }, tensorsOf(EXPERTS, "F16"), () => true);
const width = EXPERTS.embeddingLength;
const cards = (tensorParallel: number): ServerCards => ({
  bytesPerSec: 936e9,
  flopsPerSec: 142e12,
  powerShare: 1,
  tensorParallel,
});
const requests = (streams: number, cachedShare = 0) => ({ streams, inputTokens: 512, outputTokens: 256, cachedShare });
const out = (streams: number, split = 1, replicas = 1, cached = 0) =>
  serverRates(load, width, cards(split), requests(streams, cached), { replicas }).outputTokensPerSec.value;

test("more streams, more tokens in all and later each", () => {
  expect(out(16)).toBeGreaterThan(out(1));
  const step = (streams: number) => serverRates(load, width, cards(1), requests(streams)).timePerTokenSeconds.value;
  expect(step(16)).toBeGreaterThan(step(1));
});

test("one stream is faster on four cards; many are faster on four replicas, where the link is PCIe", () => {
  expect(out(1, 4)).toBeGreaterThan(out(1, 1));
  expect(out(64, 1, 4)).toBeGreaterThan(out(64, 4));
});

test("prompts that are cached cost nothing", () => {
  expect(out(16, 1, 1, 1)).toBeGreaterThan(out(16));
});

test("requests in flight grow with their rate", () => {
  const at = (rate: number) =>
    streamsAt(rate, load, width, cards(1), { inputTokens: 512, outputTokens: 256, cachedShare: 0 });
  expect(at(4)).toBeGreaterThan(at(1));
  expect(at(1e6)).toBeLessThanOrEqual(256);
});

test("guesses pay where they are right enough; a draft that is wrong costs", () => {
  const guessing = (acceptedShare: number, draft = false) =>
    serverRates(load, width, cards(1), requests(1), {
      speculation: { draftTokens: 4, acceptedShare, ...(draft && { draft: { load: headLoad(load), width } }) },
    }).outputTokensPerSec;
  expect(guessing(0.8).value).toBeGreaterThan(guessing(0.4).value);
  expect(guessing(0.8).value).toBeGreaterThan(out(1));
  // 4.2 tokens a round, but more experts to read for it
  expect(guessing(0.8).value / out(1)).toBeLessThan(4.2);
  expect(guessing(0, true).value).toBeLessThan(out(1));
  expect(guessing(0.8, true).value).toBeLessThan(guessing(0.8).value);
  expect(guessing(0.8).high / guessing(0.8).value).toBeGreaterThan(1.3);
});

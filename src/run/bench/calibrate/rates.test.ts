import { describe, expect, it } from "vitest";
import { fakeEngine } from "../../engine/testing/fake-engine.ts";
import { measureRates } from "./rates.ts";

const start = (
  context: number,
  options: { promptTokenMs?: number; tokenMs?: number; prefillProcessorMs?: number } = {},
) =>
  fakeEngine({ says: "one two three four five six seven eight nine ten ".repeat(10), ...options }).start({
    modelPath: "model.gguf",
    backend: "cpu",
    settings: {
      context,
      sequences: 1,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
    },
  });
const TEXT = "The ferry was late again, and nobody minded.";

describe("rates of a machine", () => {
  it("are measured with an empty cache, after a prompt and deep in the cache", async () => {
    const rates = await measureRates(await start(4096, { promptTokenMs: 4, tokenMs: 25 }), {
      context: 4096,
      text: TEXT,
    });
    expect(rates.map(({ what }) => what).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => "decode"),
      ...Array.from({ length: 7 }, () => "prefill"),
    ]);
    for (const { what, perSec } of rates) expect(perSec).toBeCloseTo(what === "decode" ? 40 : 250, 6);
    expect(Math.min(...rates.filter(({ what }) => what === "prefill").map(({ at }) => at))).toBeLessThan(40);
    // 10 seconds of a long prompt at this rate
    const longest = Math.max(...rates.map(({ at }) => at));
    expect(longest).toBeGreaterThan(2300);
    expect(longest).toBeLessThan(2560);
  });

  it("are measured with a shorter long prompt on a slow machine", async () => {
    const rates = await measureRates(await start(4096, { promptTokenMs: 20 }), { context: 4096, text: TEXT });
    const longest = Math.max(...rates.map(({ at }) => at));
    expect(longest).toBeGreaterThan(800);
    expect(longest * 20).toBeLessThan(20_000);
  });

  it("are measured within the context, also where that leaves no long prompt", async () => {
    const rates = await measureRates(await start(600), { context: 600, text: TEXT });
    expect(rates).toHaveLength(9);
    expect(Math.max(...rates.map(({ at }) => at))).toBeLessThanOrEqual(320);
    const deep = await measureRates(await start(2048), { context: 2048, text: TEXT });
    expect(Math.max(...deep.map(({ at }) => at))).toBeLessThan(2048);
  });

  it("are what the engine had of a busy processor, and never what a device leaves idle", async () => {
    // every prompt of 1 ms a token met programs that took three quarters of the processor
    const busy = async (onProcessor: boolean) => {
      const rates = await measureRates(await start(600, { prefillProcessorMs: 10 }), {
        context: 600,
        text: TEXT,
        onProcessor,
      });
      return rates.filter(({ what, at }) => what === "prefill" && at > 100).map(({ at, perSec }) => perSec / at);
    };
    for (const perSecAndToken of await busy(true)) expect(perSecAndToken).toBeCloseTo(100, 6);
    for (const perSecAndToken of await busy(false)) expect(perSecAndToken).toBeLessThan(10);
  });

  it("stop when they are told to", async () => {
    const control = new AbortController();
    const measuring = measureRates(await start(4096), {
      context: 4096,
      text: TEXT,
      signal: control.signal,
      onProgress: (what) => void (what.startsWith("a prompt") && control.abort()),
    });
    await expect(measuring).rejects.toMatchObject({ code: "interrupted" });
  });
});

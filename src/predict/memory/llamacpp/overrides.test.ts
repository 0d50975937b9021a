import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { EngineBuffer } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { build, cards, EXPERTS, GEMMA3, question, SMOLLM2, type TestModel } from "./testing/models.ts";

// Numbers of this file: llama.cpp b11434, asked in its dry mode with cards of CUDA's rules.

function buffersOf(
  model: TestModel,
  devices: number,
  settings: Partial<LlamaCppSettings>,
  more: Partial<LlamaCppQuestion> = {},
): readonly EngineBuffer[] {
  const asked = { context: 4096, unifiedCache: true, batch: 2048, flashAttention: true, gpuLayers: "all" } as const;
  const prediction = predictLlamaCpp(
    question(
      model,
      { ...asked, ...settings },
      {
        build: build("b11434"),
        caller: LLAMACPP_CALLERS["llama-server"],
        devices: cards(devices),
        dryRun: true,
        ...more,
      },
    ),
  );
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction.buffers;
}

/** weights, cache and compute of every device, then of the host */
function sizes(...asked: Parameters<typeof buffersOf>): number[][] {
  const buffers = buffersOf(...asked);
  const terms = [["weights", "repacked"], ["kv"], ["compute"]];
  return [...Array.from({ length: asked[1] }, (_, place) => place), "host"].map((place) =>
    terms.map((wanted) =>
      buffers.reduce((sum, each) => sum + (each.place === place && wanted.includes(each.term) ? each.bytes : 0), 0),
    ),
  );
}

describe("tensors told elsewhere", () => {
  it("all experts on the host: staged on the first card only", () => {
    expect(sizes(EXPERTS, 1, { expertLayersOnHost: "all" })).toEqual([
      [27_360_256, 25_165_824, 38_811_648],
      [188_301_312, 0, 12_601_376],
    ]);
    expect(sizes(EXPERTS, 2, { expertLayersOnHost: "all" })).toEqual([
      [5_949_440, 16_777_216, 38_811_648],
      [21_410_816, 8_388_608, 12_593_280],
      [188_301_312, 0, 12_601_376],
    ]);
  });

  it("-cmoe, -ncmoe of every layer and -ot exps=CPU are one", () => {
    const whole = sizes(EXPERTS, 2, { expertLayersOnHost: "all" });
    expect(sizes(EXPERTS, 2, { expertLayersOnHost: 1_000_000 })).toEqual(whole);
    expect(sizes(EXPERTS, 2, { tensorOverrides: [{ pattern: "exps", buffer: "CPU" }] })).toEqual(whole);
  });

  it("an override that matches nothing ends the pipeline all the same", () => {
    expect(sizes(EXPERTS, 2, {}).map(([, , compute]) => compute)).toEqual([75_554_816, 63_017_472, 37_822_592]);
    const told = { tensorOverrides: [{ pattern: "nothing", buffer: "CPU" }] };
    expect(sizes(EXPERTS, 2, told).map(([, , compute]) => compute)).toEqual([37_763_072, 33_626_240, 12_601_376]);
  });

  it("the first match decides, and may be another card's memory", () => {
    const tensorOverrides = [
      { pattern: String.raw`blk\.[01]\.ffn_up`, buffer: "CUDA1" },
      { pattern: "exps", buffer: "CPU" },
    ];
    expect(sizes(EXPERTS, 2, { tensorOverrides })).toEqual([
      [5_949_440, 16_777_216, 38_811_648],
      [40_285_184, 8_388_608, 27_279_360],
      [169_426_944, 0, 12_601_376],
    ]);
  });

  it("dense feed-forward matrices of the first layers", () => {
    expect(sizes(SMOLLM2, 1, { denseLayersOnHost: 2 })).toEqual([
      [93_327_104, 94_371_840, 18_364_416],
      [33_398_784, 0, 8_931_360],
    ]);
  });

  it("whatever is told, no weight is lost or doubled", () => {
    const whole = sizes(EXPERTS, 2, {}).reduce((sum, [weights]) => sum + weights!, 0);
    const override = fc.record({
      pattern: fc.constantFrom(
        "exps",
        "attn",
        String.raw`blk\.[0-3]\.`,
        "norm",
        "output",
        "token_embd",
        "ffn_(up|gate)",
        "x",
      ),
      buffer: fc.constantFrom("CPU", "CUDA0", "CUDA1"),
    });
    const layers = fc.constantFrom<number | "all">(0, 2, "all");
    fc.assert(
      fc.property(fc.array(override, { maxLength: 4 }), layers, layers, (tensorOverrides, experts, gpuLayers) => {
        const told = sizes(EXPERTS, 2, { tensorOverrides, expertLayersOnHost: experts, gpuLayers });
        expect(told.reduce((sum, [weights]) => sum + weights!, 0)).toBe(whole);
      }),
      { numRuns: 40 },
    );
  });

  it("a memory that is not there, or no pattern, is named with what there is", () => {
    const told = (pattern: string, buffer: string) => () =>
      buffersOf(EXPERTS, 1, { tensorOverrides: [{ pattern, buffer }] });
    expect(told("exps", "CUDA1")).toThrow("-ot exps=CUDA1 names no memory: there are CPU, CUDA0");
    expect(told("ffn_(", "CPU")).toThrow("-ot ffn_(=CPU: the pattern is no regular expression");
  });
});

describe("places and caches of the same build", () => {
  it("a share of nothing leaves a card empty", () => {
    expect(sizes(EXPERTS, 3, { tensorSplit: [1, 0, 2] })).toEqual([
      [89_396_736, 12_582_912, 75_554_816],
      [0, 0, 0],
      [107_832_832, 12_582_912, 65_053_184],
      [18_432_000, 0, 37_822_592],
    ]);
    expect(sizes(EXPERTS, 2, { tensorSplit: [0, 0] })).toEqual(sizes(EXPERTS, 2, {}));
  });

  it("the cache kept on the host", () => {
    expect(sizes(SMOLLM2, 1, { cacheOnHost: true })).toEqual([
      [96_646_400, 0, 21_108_736],
      [30_081_024, 94_371_840, 8_931_360],
    ]);
  });

  it("the whole window cache, and the windows of four slots in one stream", () => {
    const four = { sequences: 4 };
    expect(sizes(GEMMA3, 1, { ...four, fullWindowCache: true })[0]).toEqual([285_065_216, 75_497_472, 26_239_104]);
    expect(sizes(GEMMA3, 1, four)[0]).toEqual([285_065_216, 51_904_512, 24_666_240]);
  });

  it("embeddings of every token: a row of logits each, in a batch that is a micro-batch", () => {
    const embedding = { embeddings: true, sequences: 2 };
    expect(sizes(GEMMA3, 1, embedding)).toEqual([
      [285_065_216, 12_582_912 + 23_592_960, 549_218_304],
      [178_257_920, 0, 11_040_768],
    ]);
    const output = buffersOf(GEMMA3, 1, embedding).find(({ term }) => term === "output");
    expect(output!.bytes).toBe(2_102_272);
  });

  it("keys and values of two types where no kernel takes them: attention on the host, copies of both in pinned memory", () => {
    const until = { build: { ...build("b11434"), cudaMixedCacheTypes: false } };
    const mixed = { cacheTypeK: "q8_0", cacheTypeV: "f16" } as const;
    const compute = (flashAttention: true | "auto") =>
      sizes(SMOLLM2, 1, { ...mixed, flashAttention }, until).map(([, , bytes]) => bytes);
    expect(compute(true)).toEqual([14_186_496, 10_176_544]);
    // left to itself the engine goes without flash attention instead
    expect(compute("auto")).toEqual([90_208_384, 13_142_048]);
  });

  it("attention on the host for a cache type the card has no kernel for", () => {
    expect(sizes(SMOLLM2, 1, { cacheTypeK: "iq4_nl", cacheTypeV: "iq4_nl" })).toEqual([
      [96_646_400, 26_557_440, 14_202_880],
      [30_081_024, 0, 8_964_128],
    ]);
  });
});

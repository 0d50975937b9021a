import { describe, expect, it } from "vitest";
import { draftTensors, type Geometry } from "../../../facts/model/index.ts";
import { LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { writeGguf } from "../../../facts/weights/index.ts";
import type { Estimate } from "../../estimate/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { build, cards, GEMMA3, question, SMOLLM2, type TestModel } from "./testing/models.ts";

type Predicted = Extract<MemoryPrediction, { kind: "fits-engine" }>;

const SERVER = { build: build("b11434"), caller: LLAMACPP_CALLERS["llama-server"], devices: cards(1) };
const FULL = { context: 8192, batch: 2048, flashAttention: true, gpuLayers: "all" } as const;

function predicted(asked: LlamaCppQuestion): Predicted {
  const prediction = predictLlamaCpp(asked);
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction;
}

function total({ buffers }: Predicted, place: "host" | number, terms: readonly string[]): number {
  return buffers.reduce((sum, each) => sum + (each.place === place && terms.includes(each.term) ? each.bytes : 0), 0);
}

/** Eight layers as Qwen 3.5 has them, and an appended block; matrices in Q8_0. */
function hybrid(feedForward: Geometry["layers"][number]["feedForward"], architecture: string): TestModel {
  const attention = {
    kind: "attention",
    span: "full",
    heads: 8,
    kvHeads: 2,
    keyLength: 128,
    valueLength: 128,
  } as const;
  const recurrent = {
    kind: "recurrent",
    family: "gated-delta-net",
    convolutionState: 3 * (2048 + 2 * 8 * 128),
    recurrentState: 128 * 2048,
    convolutionKernel: 4,
    innerLength: 2048,
    stateLength: 128,
    groups: 8,
    valueHeads: 16,
  } as const;
  const geometry: Geometry = {
    architecture,
    embeddingLength: 1024,
    vocabularySize: 32_000,
    contextLength: 32_768,
    tiedEmbeddings: false,
    positionsPerToken: 4,
    layers: Array.from({ length: 9 }, (_, layer) => ({
      kind: layer < 8 ? "trunk" : "mtp",
      mixer: layer % 4 === 3 || layer === 8 ? attention : recurrent,
      feedForward,
    })),
  };
  const tensors = draftTensors(geometry, (_, shape) => (shape[0]! % 32 === 0 ? "Q8_0" : "F32"));
  return { geometry, tensors: writeGguf({ metadata: [], tensors }).tensors };
}

const DENSE = hybrid({ kind: "dense", length: 3072, gated: true }, "qwen35");
const EXPERTS_OF_LAYER = {
  kind: "experts",
  experts: 16,
  expertsUsed: 4,
  expertLength: 512,
  sharedLength: 512,
  denseSideLength: 0,
} as const;
const MIXED = hybrid(EXPERTS_OF_LAYER, "qwen35moe");

describe("an appended block that drafts, in bytes of llama.cpp b11434 in its dry mode", () => {
  const asked = { ...FULL, sequences: 4, unifiedCache: true };
  const draft = { cacheTypeK: "q8_0", cacheTypeV: "q8_0" } as const;

  it.each([
    ["dense", DENSE, 193_162_752, 63_131_904 + 31_555_712],
    ["with experts", MIXED, 358_801_920, 63_131_904 + 37_847_168],
  ])("%s: its own cache and compute buffer, three more states a sequence", (_, model, weights, compute) => {
    const prediction = predicted(question(model, asked, { ...SERVER, dryRun: true, draftTokens: 3, draft }));
    expect(total(prediction, 0, ["weights"])).toBe(weights);
    expect(total(prediction, 0, ["kv", "recurrent"])).toBe(122_159_104 + 4_457_216);
    expect(total(prediction, 0, ["compute"])).toBe(compute);
    expect(total(prediction, "host", ["compute"])).toBe(16_801_888 + 12_683_296);
    expect(total(prediction, "host", ["output"])).toBe(2 * 512_000);
  });

  it("of latent attention has keys alone, for its own layer", () => {
    const mixer = {
      kind: "mla",
      heads: 8,
      latentLength: 128,
      ropeLength: 64,
      keyLength: 128,
      valueLength: 128,
      queryLatentLength: 256,
    } as const;
    const geometry: Geometry = {
      ...DENSE.geometry,
      architecture: "deepseek2",
      positionsPerToken: 1,
      layers: Array.from({ length: 6 }, (_, layer) => ({
        kind: layer < 5 ? "trunk" : "mtp",
        mixer,
        feedForward: layer === 0 ? { kind: "dense", length: 3072, gated: true } : EXPERTS_OF_LAYER,
      })),
    };
    const tensors = writeGguf({ metadata: [], tensors: draftTensors(geometry, () => "Q8_0") }).tensors;
    const cached = (id: string): number[] =>
      predicted(question({ geometry, tensors }, FULL, { ...SERVER, build: build(id), draft: {} }))
        .buffers.filter(({ term }) => term === "kv")
        .map(({ bytes }) => bytes);
    const layer = 8192 * (128 + 64) * 2;
    expect(cached("b11434")).toEqual([5 * layer, layer]);
    // before, both contexts held cells for all six
    expect(cached("v0.4.0")).toEqual([6 * layer, 6 * layer]);
  });

  it("stays in the file where nothing drafts, in builds that load it on demand", () => {
    const weights = (id: string): number =>
      total(predicted(question(DENSE, asked, { ...SERVER, build: build(id) })), 0, ["weights"]);
    expect(weights("2026-08")).toBe(193_162_752);
    expect(weights("b11434")).toBeLessThan(193_162_752);
  });

  it("keeps every token's hidden state from the first batch on", () => {
    const rows = predicted(question(DENSE, asked, { ...SERVER, draftTokens: 3, draft })).serving!.parts!.find(
      ({ key }) => key === "draft-rows",
    )!;
    // twelve more rows of logits, and 2048 + 4 hidden states
    expect([rows.value, rows.high]).toEqual([0, 4 * (32_000 * 12 + 1024 * 2052)]);
  });

  it("is refused for models without one whose graph is known", () => {
    expect(() => predicted(question(SMOLLM2, FULL, { ...SERVER, draft: {} }))).toThrow(
      "--spec-type draft-mtp: the llama",
    );
  });
});

describe("a model of its own that drafts", () => {
  it("adds all that it would take by itself, under keys of its own", () => {
    const more = { ...SERVER, draftTokens: 5 };
    const both = predicted(question(GEMMA3, FULL, { ...more, draft: { model: SMOLLM2 } }));
    const target = predicted(question(GEMMA3, FULL, more));
    const alone = predicted(question(SMOLLM2, FULL, SERVER));
    expect(both.footprint.value).toBe(target.footprint.value + alone.footprint.value);
    const keys = leaves(both.footprint).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith("draft-")).map((key) => key.replace("draft-", ""))).toEqual(
      leaves(alone.footprint).map(({ key }) => key),
    );
  });

  it("stays on the processor, or takes another card, where told", () => {
    const on = (draft: LlamaCppQuestion["draft"]): Predicted =>
      predicted(question(GEMMA3, FULL, { ...SERVER, devices: cards(2), draft: { model: SMOLLM2, ...draft } }));
    const host = on({ gpuLayers: 0 });
    const drafted = leaves(host.footprint.parts![1]!).filter(({ key }) => key.startsWith("draft-kv"));
    expect(drafted).toEqual([]);
    const second = on({ devices: ["CUDA1"] });
    const places = second.footprint.parts!.map((place) => leaves(place).some(({ key }) => key === "draft-kv"));
    expect(places).toEqual([false, false, true]);
  });
});

function leaves(estimate: Estimate): Estimate[] {
  return estimate.parts === undefined ? [estimate] : estimate.parts.flatMap(leaves);
}

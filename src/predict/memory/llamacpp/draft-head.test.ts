import { describe, expect, it } from "vitest";
import { draftTensors, geometryFromGguf, type Geometry } from "../../../facts/model/index.ts";
import { type EagleHead, eagleHead } from "../../../facts/model/testing/eagle-head.ts";
import { LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { memorySource, readGguf, writeGguf } from "../../../facts/weights/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { build, cards, GEMMA3, question, type TestModel } from "./testing/models.ts";

// Figures are those that a real llama-server b11434 printed for files of these headers, in MiB, and of its library in its dry mode, in
// bytes.

type Predicted = Extract<MemoryPrediction, { kind: "fits-engine" }>;

const SERVER = { build: build("b11434"), caller: LLAMACPP_CALLERS["llama-server"], devices: [], draftTokens: 3 };
const ASKED = {
  context: 2048,
  sequences: 2,
  unifiedCache: false,
  batch: 512,
  microBatch: 256,
  gpuLayers: "all",
  flashAttention: "auto",
} satisfies Partial<LlamaCppSettings>;

const ATTENTION = { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 64, valueLength: 64 } as const;
const TARGET = modelOf({
  architecture: "llama",
  embeddingLength: 256,
  vocabularySize: 4000,
  contextLength: 8192,
  tiedEmbeddings: false,
  layers: Array.from({ length: 6 }, () => ({
    kind: "trunk",
    mixer: ATTENTION,
    feedForward: { kind: "dense", length: 768, gated: true },
  })),
});

/** Eight layers as Qwen 3.5 has them. */
const HYBRID = modelOf({
  architecture: "qwen35",
  embeddingLength: 1024,
  vocabularySize: 32_000,
  contextLength: 32_768,
  tiedEmbeddings: false,
  positionsPerToken: 4,
  layers: Array.from({ length: 8 }, (_, layer) => ({
    kind: "trunk",
    mixer:
      layer % 4 === 3
        ? { ...ATTENTION, heads: 8, keyLength: 128, valueLength: 128 }
        : {
            kind: "recurrent",
            family: "gated-delta-net",
            convolutionState: 3 * (2048 + 2 * 8 * 128),
            recurrentState: 128 * 2048,
            convolutionKernel: 4,
            innerLength: 2048,
            stateLength: 128,
            groups: 8,
            valueHeads: 16,
          },
    feedForward: { kind: "dense", length: 3072, gated: true },
  })),
});

const HEAD: EagleHead = {
  width: 128,
  targetWidth: 256,
  targetLayers: [1, 3, 5],
  vocabulary: 4000,
  heads: 2,
  kvHeads: 1,
  headLength: 64,
  feedForward: 512,
  context: 8192,
};
const AS_WIDE = { ...HEAD, width: 256, heads: 4, kvHeads: 2, borrowsEmbedding: true } as const;

describe("a head that drafts from the model's own states", () => {
  it.each([
    ["with an embedding and an output of its own", HEAD, [0.5, 8.0778]],
    ["with fewer tokens than the model", { ...HEAD, guessed: 1000 }, [0.5, 8.4586]],
    ["with the model's embedding", { ...AS_WIDE, guessed: 1000 }, [1, 8.5836]],
    ["with the model's embedding and output", { ...AS_WIDE, borrowsOutput: true, normedResidual: true }, [1, 8.3278]],
  ] satisfies [string, EagleHead, number[]][])("%s", async (_, head, [cache, compute]) => {
    const { buffers } = predicted(question(TARGET, ASKED, { ...SERVER, draft: { model: await headOf(head) } }));
    // the model's compute buffer keeps three states of every token: 4.01 MiB without
    expect(mebibytes(buffers, "compute")).toEqual([4.2588, compute]);
    expect(mebibytes(buffers, "kv")).toEqual([6, cache]);
  });

  it("of a model with recurrent states keeps three more of each", async () => {
    const model = await headOf({
      ...HEAD,
      width: 512,
      targetWidth: 1024,
      targetLayers: [1, 4, 6],
      vocabulary: 32_000,
      heads: 8,
      kvHeads: 2,
      feedForward: 1024,
      context: 32_768,
      guessed: 8000,
    });
    const { buffers } = predicted(question(HYBRID, ASKED, { ...SERVER, draft: { model } }));
    expect(mebibytes(buffers, "recurrent")).toEqual([50.25]);
    expect(mebibytes(buffers, "compute")).toEqual([28.6993, 63.6279]);
  });

  it("keeps its map of tokens in RAM, where a card has no kernel for it", async () => {
    const head = await headOf({ ...HEAD, guessed: 1000 });
    const settings = { ...ASKED, flashAttention: true, cacheTypeK: "f16", cacheTypeV: "f16" } as const;
    const library = { build: build("b11434"), caller: LLAMACPP_CALLERS.library, devices: cards(1), dryRun: true };
    const { buffers } = predicted(question(head, settings, library));
    const total = (place: "host" | number, term: string): number =>
      buffers.reduce((sum, each) => sum + (each.place === place && each.term === term ? each.bytes : 0), 0);
    expect([total(0, "weights"), total("host", "weights"), total(0, "compute")]).toEqual([
      1_011_712, 1_032_000, 6_050_688,
    ]);
  });

  it("fills output buffers from the first prompt on", async () => {
    const { serving } = predicted(question(TARGET, ASKED, { ...SERVER, draft: { model: await headOf(HEAD) } }));
    const high = (key: string) => serving!.parts!.find((part) => part.key === key)?.high;
    // six more rows of logits, and three states of 512 tokens
    expect(high("draft-rows")).toBe(4 * (4000 * 6 + 256 * 3 * 512));
    // logits, what is picked from them and a state of 256 tokens
    expect(high("draft-head-rows")).toBe(4 * ((4 * 4000 + 1 + 128) * 256 - 4000 * 2));
  });

  it.each([
    ["another width", { ...HEAD, targetWidth: 512 }, "states of 512 elements"],
    ["more layers", { ...HEAD, targetLayers: [1, 3, 7] }, "reads layer 7, and the model has 6"],
    ["an embedding of another width", { ...HEAD, borrowsEmbedding: true }, "borrows the model's embedding"],
  ] satisfies [string, EagleHead, string][])("is refused by a model of %s", async (_, head, because) => {
    const answer = predictLlamaCpp(question(TARGET, ASKED, { ...SERVER, draft: { model: await headOf(head) } }));
    expect(answer).toMatchObject({ kind: "rejected", reason: "draft-head-of-another-model" });
    expect(answer).toHaveProperty("because", expect.stringContaining(because));
  });

  it("is refused by models that hand out no states, and not predicted behind the last layer", async () => {
    const model = await headOf({ ...HEAD, targetWidth: 640 });
    expect(predictLlamaCpp(question(GEMMA3, ASKED, { ...SERVER, draft: { model } }))).toMatchObject({
      kind: "rejected",
      reason: "draft-head-unsupported",
    });
    const last = await headOf({ ...HEAD, targetLayers: [1, 3, 6] });
    expect(() => predicted(question(TARGET, ASKED, { ...SERVER, draft: { model: last } }))).toThrow("the last layer");
  });
});

describe("look-ups in the text so far", () => {
  it.each([
    ["ngram-mod", 64, TARGET, 4.0093, [16 * 2 ** 20, 16 * 2 ** 20]],
    ["ngram-map-k", 48, TARGET, 4.0092, [2 * 2 ** 20, 2 * 2 ** 20 + 88 * 2048]],
    ["ngram-simple", 48, HYBRID, 17.6059, undefined],
  ] as const)("%s: rows for every guess, and its tables", (lookUp, draftTokens, model, compute, tables) => {
    const { buffers, serving } = predicted(question(model, ASKED, { ...SERVER, draftTokens, lookUp }));
    expect(mebibytes(buffers, "compute")).toEqual([compute]);
    const found = serving!.parts!.find(({ key }) => key === "look-up");
    expect(found && [found.value, found.high]).toEqual(tables);
  });

  it("copies recurrent states before a guess is checked, since none are kept to go back to", () => {
    const { buffers, serving } = predicted(question(HYBRID, ASKED, { ...SERVER, lookUp: "ngram-simple" }));
    expect(mebibytes(buffers, "recurrent")).toEqual([12.5625]);
    const [copies, checkpoints] = ["draft-copies", "checkpoints"].map((name) =>
      serving!.parts!.find(({ key }) => key === name),
    );
    // one a slot, of 32 checkpoints a slot
    expect(copies!.high! * 32).toBe(checkpoints!.high);
  });
});

function modelOf(geometry: Geometry): TestModel {
  const tensors = draftTensors(geometry, (_, shape) => (shape.length > 1 && shape[0]! % 32 === 0 ? "F16" : "F32"));
  return { geometry, tensors: writeGguf({ metadata: [], tensors }).tensors };
}

async function headOf(head: EagleHead): Promise<TestModel> {
  const { header, fileBytes } = writeGguf(eagleHead(head));
  const file = await readGguf({ ...memorySource(header, "head.gguf"), size: fileBytes });
  return { geometry: geometryFromGguf(file), tensors: file.tensors };
}

function predicted(asked: LlamaCppQuestion): Predicted {
  const prediction = predictLlamaCpp(asked);
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction;
}

function mebibytes(buffers: Predicted["buffers"], term: string): number[] {
  return buffers.filter((each) => each.term === term).map(({ bytes }) => Number((bytes / 2 ** 20).toFixed(4)));
}

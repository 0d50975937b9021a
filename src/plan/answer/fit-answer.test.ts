import { expect, test } from "vitest";
import type { Rig } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import { bytes, sum } from "../../predict/estimate/index.ts";
import type { FitRequest, Wishes } from "../fit/index.ts";
import { answerFit, type AnswerContext } from "./index.ts";

const GIB = 2 ** 30;
const geometry: Geometry = {
  architecture: "llama",
  embeddingLength: 576,
  vocabularySize: 49152,
  contextLength: 4096,
  tiedEmbeddings: true,
  layers: [
    {
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 9, kvHeads: 3, keyLength: 64, valueLength: 64 },
      feedForward: { kind: "dense", length: 1536, gated: true },
    },
  ],
};
const rig: Rig = {
  name: "test",
  devices: [],
  host: {
    cpu: { model: "CPU", vendor: "x", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
    ramBytes: 64 * GIB,
    availableBytes: 32 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
    bandwidthBytesPerSec: 40e9,
  },
};
const host = sum("host", "host", [bytes("weights", "weights", GIB, "header")]);

function answer(wishes: Wishes, other: Partial<AnswerContext> = {}) {
  const request: FitRequest = {
    goal: "interactive",
    wishes,
    geometry,
    tensors: [{ name: "blk.0.ffn_up.weight", shape: [2048, 1e5], type: "F16", bytes: 4.096e8, offset: 0, file: 0 }],
    rig,
    closable: { host: 0, devices: [] },
    memory: () => ({
      kind: "fits-engine",
      places: [{ place: "host", label: "host", terms: { weights: GIB } }],
      buffers: [],
      footprint: sum("memory", "memory", [host]),
    }),
    placement: () => ["host", "host"],
  };
  const model = {
    name: "m",
    architecture: "llama",
    parameters: 2e8,
    quantization: "F16",
    fileBytes: GIB,
    contextLength: 4096,
  };
  const runtime = { engine: "e", version: "1", build: "b", backend: "cpu" };
  return answerFit(request, { model, runtime, modelArgument: "m.gguf", ...other }).answer;
}

test("the first token comes with the last step of the prompt", () => {
  const { speed } = answer({}, { promptTokens: 2048 });
  expect(speed.firstTokenMs!.value).toBeCloseTo((2048 / speed.prefill!.tokensPerSec) * 1000, 6);
  expect(speed.firstTokenMs!.low).toBeLessThan(speed.firstTokenMs!.value);
  expect(speed.firstTokenMs!.high).toBeGreaterThan(speed.firstTokenMs!.value);
});

test("the end comes with the last step of the answer, from the prompt that is not cached", () => {
  const { speed } = answer({ room: 4096 }, { promptTokens: 2048, answerTokens: 101, cachedShare: 0.5 });
  const steps = (100 / speed.decodeAnswer!.tokensPerSec) * 1000;
  expect(speed.endMs!.value).toBeCloseTo(speed.cached!.firstTokenMs.value + steps, 6);
  expect(speed.endMs!.value).toBeLessThan(speed.firstTokenMs!.value + steps);
  expect(speed.endMs!.low).toBeLessThan(speed.endMs!.high);
  // an answer that finds no room behind its prompt is as long as what is left
  expect(answer({ context: 2048 }, { promptTokens: 2000, answerTokens: 512 }).speed.answerTokens).toBe(48);
});

test("what is not as asked is said: a prompt beyond the context, a context beyond training, several users", () => {
  const short = answer({ context: 1024 }, { promptTokens: 24576 });
  expect(short.speed.promptTokens).toBe(1024);
  expect(short.assumptions.join()).toContain("a prompt of 24k does not go into a context of 1k");
  expect(answer({ context: 8192 }).assumptions.join()).toContain("trained for 4k");
  expect(answer({ users: 3 }).assumptions.join()).toContain("paces are of one user alone");
  expect(answer({}, { promptTokens: 512 }).assumptions.join()).not.toMatch(/trained|does not go|alone/);
});

test("several users are told what each gets while all decode; one is not", () => {
  const { speed } = answer({ users: 3 });
  expect(speed.each!.tokensPerSec).toBeLessThan(speed.decodeFull!.tokensPerSec);
  expect(3 * speed.each!.tokensPerSec).toBeGreaterThan(speed.decodeFull!.tokensPerSec);
  expect(answer({}).speed.each).toBeUndefined();
});

test("commands can be pasted", () => {
  expect(answer({}, { modelArgument: "a b.gguf" }).next[0]).toBe('loadout --model "a b.gguf"');
});

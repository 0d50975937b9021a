import { describe, expect, it } from "vitest";
import type { Geometry, Layer, Mixer } from "../../../facts/model/index.ts";
import { cpuBuffer } from "./backends/cpu.ts";
import { cacheBytes, layerCaches } from "./cache.ts";
import { contextSizes } from "./context.ts";
import { layerStates, stateBytes } from "./state.ts";
import { LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { build, question, SMOLLM2 } from "./testing/models.ts";

const CPU = cpuBuffer(64);

function model(architecture: string, mixers: readonly Mixer[], appended = 0): Geometry {
  return {
    architecture,
    embeddingLength: 256,
    vocabularySize: 1000,
    contextLength: 4096,
    tiedEmbeddings: true,
    layers: mixers.map((mixer, layer): Layer => ({
      kind: layer < mixers.length - appended ? "trunk" : "mtp",
      mixer,
      feedForward: { kind: "dense", length: 512, gated: true },
    })),
  };
}

function held(geometry: Geometry, more: { sequences?: number; stateSnapshots?: number } = {}) {
  const settings = { ...question(SMOLLM2).settings, ...more, flashAttention: true, valuesTransposed: false };
  const sizes = contextSizes(geometry, settings, LLAMACPP_CALLERS["llama-server"], build("b11434"));
  const caches = layerCaches(geometry, settings, sizes, () => CPU, { part: "trunk", trunkOnly: false });
  return {
    caches: caches.map(({ layer }) => layer),
    cacheBytes: cacheBytes(caches, "full", sizes.streams).get(CPU) ?? 0,
    stateBytes: stateBytes(layerStates(geometry, settings, sizes, () => CPU)).get(CPU) ?? 0,
    cells: sizes.cells * sizes.streams,
  };
}

const ATTENTION: Mixer = { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 64, valueLength: 64 };
const LATENT: Mixer = {
  kind: "mla",
  heads: 4,
  latentLength: 128,
  ropeLength: 32,
  keyLength: 64,
  valueLength: 64,
  queryLatentLength: 0,
};
const DELTA: Mixer = {
  kind: "recurrent",
  family: "gated-delta-net",
  convolutionState: 96,
  recurrentState: 1024,
  convolutionKernel: 4,
  innerLength: 32,
  stateLength: 32,
  groups: 1,
  valueHeads: 1,
};

describe("what layers hold", () => {
  it("latent attention keeps one compressed key a token and no value", () => {
    const { cacheBytes: bytes, cells } = held(model("deepseek2", [LATENT, LATENT]));
    expect(bytes).toBe(2 * cells * (128 + 32) * 2);
  });

  it("a recurrent layer has a state for every sequence and snapshot, in F32, and no cache", () => {
    const geometry = model("qwen35", [DELTA, ATTENTION]);
    expect(held(geometry).caches).toEqual([1]);
    expect(held(geometry).stateBytes).toBe(4 * (96 + 1024));
    expect(held(geometry, { sequences: 3, stateSnapshots: 2 }).stateBytes).toBe(4 * 9 * (96 + 1024));
  });

  it("a layer that reads another's cache has none of its own", () => {
    const shared: Mixer = { ...ATTENTION, cacheFrom: 0 };
    expect(held(model("gemma4", [ATTENTION, shared])).caches).toEqual([0]);
  });

  it("blocks for further tokens have a cache in the main context only where the engine does not leave them out", () => {
    expect(held(model("glm4", [ATTENTION, ATTENTION], 1)).caches).toEqual([0, 1]);
    expect(held(model("qwen35", [ATTENTION, ATTENTION], 1)).caches).toEqual([0]);
  });
});

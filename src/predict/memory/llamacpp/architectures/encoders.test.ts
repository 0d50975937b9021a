import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Device } from "../../../../facts/hardware/index.ts";
import { modelCatalog, tensorList, type Geometry } from "../../../../facts/model/index.ts";
import { quantized } from "../../../../facts/recipe/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../../facts/runtime/index.ts";
import type { MemoryTerm } from "../../memory.ts";
import { predictLlamaCpp } from "../predict.ts";

const { EMBEDDERS, geometryFromRow } = await modelCatalog();

function geometryOf(id: string): Geometry {
  return geometryFromRow(EMBEDDERS.find((row) => row.id === id)!)!;
}

const device = (index: number): Device => ({
  id: `stand-in-${index}`,
  name: "stand-in",
  vendor: "nvidia",
  backend: "cuda",
  memoryKind: "discrete",
  totalBytes: 80 * 2 ** 30,
  freeBytes: 80 * 2 ** 30,
});

const SETTINGS: LlamaCppSettings = {
  context: 0,
  sequences: 1,
  unifiedCache: true,
  batch: 512,
  microBatch: 512,
  flashAttention: "auto",
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: "all",
  embeddings: true,
};

/** A dry run of all weights in Q8_0 on so many devices of CUDA's rules, b11434. */
function predict(id: string, settings: Partial<LlamaCppSettings>, devices = 1) {
  const geometry = geometryOf(id);
  return predictLlamaCpp({
    geometry,
    tensors: quantized(geometry, tensorList(geometry)!, "Q8_0").map((tensor) => ({ ...tensor, offset: 0, file: 0 })),
    build: LLAMACPP_BUILDS.find(({ id: name }) => name === "b11434")!,
    caller: LLAMACPP_CALLERS.library,
    devices: Array.from({ length: devices }, (_, index) => device(index)),
    settings: { ...SETTINGS, ...settings },
    cpuFeatures: ["avx2"],
    dryRun: true,
  });
}

type Bytes = readonly [weights: number, cache: number, compute: number];
interface Said {
  readonly id: string;
  readonly settings?: Partial<LlamaCppSettings>;
  readonly devices: readonly Bytes[];
  readonly host: readonly [...Bytes, output: number];
}

/** What llama.cpp's own library says (b11434, `npm run oracle`), bytes. */
const LIBRARY: readonly Said[] = [
  {
    id: "BAAI/bge-m3",
    settings: { batch: 8192, microBatch: 8192 },
    devices: [[322_150_400, 0, 335_581_312]],
    host: [305_560_704, 0, 302_186_528, 1_004_104],
  },
  // heads of 32 have no kernel of flash attention
  {
    id: "BAAI/bge-small-en-v1.5",
    devices: [[22_818_816, 0, 17_567_360]],
    host: [13_242_496, 0, 4_993_056, 123_624],
  },
  {
    id: "BAAI/bge-reranker-v2-m3",
    settings: { sequences: 4 },
    devices: [
      [174_501_888, 0, 31_473_664],
      [148_770_944, 0, 23_077_376],
    ],
    host: [305_560_704, 0, 25_215_104, 4_016_416],
  },
  {
    id: "nomic-ai/nomic-embed-text-v1.5",
    settings: { flashAttention: false },
    devices: [[120_496_128, 0, 26_227_712]],
    host: [24_916_992, 0, 7_354_368, 125_184],
  },
  {
    id: "nomic-ai/nomic-embed-text-v2-moe",
    devices: [[301_364_736, 0, 22_557_696]],
    host: [204_042_240, 0, 6_830_080, 1_003_264],
  },
  {
    id: "jinaai/jina-embeddings-v2-base-en",
    settings: { gpuLayers: 0 },
    devices: [],
    host: [145_579_008, 0, 27_275_264, 125_184],
  },
  {
    id: "jinaai/jina-embeddings-v3",
    devices: [[322_150_400, 0, 17_315_840]],
    host: [272_006_272, 0, 8_927_232, 1_004_104],
  },
  {
    id: "google/embeddinggemma-300m",
    settings: { batch: 2048, microBatch: 2048 },
    devices: [[322_114_944, 0, 70_303_744]],
    host: [213_909_504, 0, 42_008_576, 1_051_648],
  },
  {
    id: "Alibaba-NLP/gte-modernbert-base",
    settings: { gpuLayers: 10 },
    devices: [[48_014_976, 0, 15_253_888]],
    host: [110_429_184, 0, 7_352_352, 204_544],
  },
  {
    id: "chandar-lab/NeoBERT",
    devices: [[210_774_528, 0, 19_406_976]],
    host: [24_905_952, 0, 6_828_064, 125_160],
  },
  {
    id: "EuroBERT/EuroBERT-210m",
    devices: [[120_428_544, 0, 25_700_352]],
    host: [104_656_896, 0, 6_830_080, 516_096],
  },
  // decoders that make vectors: they have a cache, and compute logits of every token
  {
    id: "Qwen/Qwen3-Embedding-0.6B",
    settings: { context: 4096, sequences: 2, unifiedCache: false },
    devices: [[633_205_120, 469_762_048, 321_120_384]],
    host: [165_015_872, 0, 10_506_272, 1_221_544],
  },
  {
    id: "Qwen/Qwen3-Reranker-0.6B",
    settings: { context: 4096 },
    devices: [[633_207_296, 469_762_048, 323_217_536]],
    host: [165_015_872, 0, 12_603_424, 610_772],
  },
  {
    id: "Qwen/Qwen3-Embedding-8B",
    settings: { context: 2048, pooling: "mean" },
    devices: [[8_041_156_864, 301_989_888, 346_279_936]],
    host: [660_046_080, 0, 35_674_112, 623_044],
  },
];

describe("models that make vectors or scores of texts", () => {
  it.each(LIBRARY)("take what the library says: $id", ({ id, settings = {}, devices, host }) => {
    const prediction = predict(id, settings, devices.length);
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const of = (place: "host" | number, term: MemoryTerm) =>
      prediction.buffers
        .filter((buffer) => buffer.place === place && buffer.term === term)
        .reduce((sum, { bytes }) => sum + bytes, 0);
    const placeOf = (place: "host" | number): Bytes => [of(place, "weights"), of(place, "kv"), of(place, "compute")];
    expect(devices.map((_, place) => placeOf(place))).toEqual(devices);
    expect([...placeOf("host"), of("host", "output")]).toEqual(host);
  });

  /** Printed by the embedded engine's first batch of vectors (v0.4.0, node-llama-cpp), two decimals of MiB; no devices. */
  it.each([
    ["BAAI/bge-small-en-v1.5", { layers: 4 }, 512, [36.69, 0.12, 5.76]],
    ["google/embeddinggemma-300m", { layers: 6, vocabulary: 4000 }, 1024, [54.32, 0.02, 12.28]],
    ["nomic-ai/nomic-embed-text-v2-moe", { layers: 4, vocabulary: 4000 }, 512, [186.04, 0.02, 20.01]],
    ["Alibaba-NLP/gte-modernbert-base", { layers: 6 }, 1024, [131.19, 0.2, 12.28]],
  ] as const)("take what an older build prints: %s", (id, { layers, ...cut }, context, printed) => {
    const whole = geometryOf(id);
    const vocabularySize = "vocabulary" in cut ? cut.vocabulary : whole.vocabularySize;
    const geometry = { ...whole, vocabularySize, layers: whole.layers.slice(0, layers) };
    const prediction = predictLlamaCpp({
      geometry,
      tensors: quantized(geometry, tensorList(geometry)!, "F16").map((tensor) => ({ ...tensor, offset: 0, file: 0 })),
      build: LLAMACPP_BUILDS.find((build) => build.id === "v0.4.0")!,
      caller: LLAMACPP_CALLERS["node-llama-cpp"],
      devices: [],
      cpuFeatures: ["avx2"],
      settings: { ...SETTINGS, context, unifiedCache: false, gpuLayers: 0, memoryMap: false },
    });
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const mib = prediction.buffers.map(({ bytes }) => Number((bytes / 2 ** 20).toFixed(2)));
    expect(mib).toEqual(printed);
  });

  it("are refused a mean over a micro-batch that the sequences do not divide, as the engine ends there", () => {
    const uneven = predict("intfloat/e5-base-v2", { sequences: 3 });
    expect(uneven).toMatchObject({ kind: "rejected", reason: "mean-of-uneven-batch" });
    expect(uneven.kind === "rejected" && uneven.because).toMatch(/use -ub 513$/);
    expect(predict("intfloat/e5-base-v2", { context: 1024, sequences: 3, batch: 513, microBatch: 513 }).kind).toBe(
      "fits-engine",
    );
  });

  it("keep no cache, whatever the settings, and need no less for a longer text", () => {
    const ids = EMBEDDERS.filter((row) => geometryFromRow(row)!.cacheless).map(({ id }) => id);
    const total = (id: string, microBatch: number, sequences: number): number => {
      const prediction = predict(id, { batch: microBatch, microBatch, sequences });
      if (prediction.kind === "rejected") throw new Error(prediction.because);
      expect(prediction.buffers.filter(({ term }) => term === "kv" || term === "recurrent")).toEqual([]);
      return prediction.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
    };
    const text = fc.integer({ min: 1, max: 32 });
    fc.assert(
      fc.property(fc.constantFrom(...ids), text, text, fc.constantFrom(1, 2, 4), (id, one, more, sequences) => {
        expect(total(id, 64 * (one + more), sequences)).toBeGreaterThanOrEqual(total(id, 64 * one, sequences));
      }),
      { numRuns: 12 },
    );
  });
});

import { expect, it } from "vitest";
import { modelCatalog, tensorList, type Geometry } from "../../../../facts/model/index.ts";
import { quantized } from "../../../../facts/recipe/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../../facts/runtime/index.ts";
import { predictLlamaCpp } from "../predict.ts";

const { MODELS, geometryFromRow } = await modelCatalog();

/** The first layers of a catalog model. */
function cut(id: string, layers: number): Geometry {
  const geometry = geometryFromRow(MODELS.find((row) => row.id === id)!)!;
  return { ...geometry, layers: geometry.layers.slice(0, layers) };
}

/** On the host: the leaf of the compute buffer. */
function computeOf(geometry: Geometry, settings: Partial<LlamaCppSettings>, dryRun = false) {
  const prediction = predictLlamaCpp({
    geometry,
    tensors: quantized(geometry, tensorList(geometry)!, "Q8_0").map((tensor) => ({ ...tensor, offset: 0, file: 0 })),
    build: LLAMACPP_BUILDS.find(({ id }) => id === "b11434")!,
    caller: LLAMACPP_CALLERS.library,
    devices: [],
    settings: {
      context: 16_384,
      sequences: 1,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
      ...settings,
    },
    cpuFeatures: ["avx2"],
    dryRun,
  });
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  const leaves = prediction.footprint.parts!.flatMap(({ parts }) => parts ?? []);
  return leaves.find(({ key }) => key === "compute")!;
}

it("lightning attention's last graph is of one sequence, whose pairs of tokens take more than several sequences' do", () => {
  const geometry = cut("MiniMaxAI/MiniMax-M1-80k", 8);
  const large = { batch: 2048, microBatch: 2048 };
  const measured = computeOf(geometry, { ...large, sequences: 4 }, true).value;
  const alone = computeOf(geometry, large).value;
  const reserved = computeOf(geometry, { ...large, sequences: 4 }).value;
  expect(reserved).toBeGreaterThan(measured + 2 ** 30);
  expect(reserved).toBeGreaterThan(0.9 * alone);
});

it("what picked blocks take grows as the context fills, where blocks are picked at all", () => {
  const geometry = cut("MiniMaxAI/MiniMax-M3", 5);
  const sparse = computeOf(geometry, { context: 65_536 });
  expect(sparse.high).toBeGreaterThan(sparse.value);
  expect(sparse.because).toContain("grows as the context fills");
  for (const dense of [{ flashAttention: false }, { sequences: 2, unifiedCache: true }] as const) {
    const { high } = computeOf(geometry, dense);
    expect(high).toBeUndefined();
  }
});

it("inputs of earlier layers that are kept take room", () => {
  const geometry = cut("moonshotai/Kimi-K3", 25);
  const { residualBlock, ...plain } = geometry;
  expect(residualBlock).toBe(12);
  const kept = 512 * geometry.embeddingLength * 4;
  expect(computeOf(geometry, {}).value - computeOf(plain, {}).value).toBeGreaterThan(kept);
});

import { describe, expect, it } from "vitest";
import type { Backend, Device, DeviceLimits } from "../../../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../../../facts/model/index.ts";
import { quantized } from "../../../../facts/recipe/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../../facts/runtime/index.ts";
import { predictLlamaCpp } from "../predict.ts";
import { build, cards, question, SMOLLM2 } from "../testing/models.ts";

const { findModel, geometryFromRow } = await modelCatalog();

/** Figures that logs print, MiB; the model and what is not printed by its class in the log's notes. */
interface Evidence {
  readonly rule: string;
  readonly log: string;
  readonly model: string;
  readonly backend: Backend;
  readonly builds: string;
  readonly settings: Partial<LlamaCppSettings>;
  readonly device: number;
  readonly host: number;
  /** how far off it may be, as a share */
  readonly within: number;
}

const DIGIT = 0.0001;

const EVIDENCE: readonly Evidence[] = [
  {
    rule: "Metal, one row of a step: what attention needs beside its result does not decide",
    log: "mlc-224",
    model: "llama-3.2-3b",
    backend: "metal",
    builds: "2026-01",
    settings: { context: 4096, microBatch: 128 },
    device: 64.12,
    host: 5,
    within: DIGIT,
  },
  {
    rule: "Metal, all logits",
    log: "mlc-225",
    model: "qwen2.5-0.5b",
    backend: "metal",
    builds: "2026-01",
    settings: { context: 512 },
    device: 300.25,
    host: 4.51,
    within: 0.006,
  },
  {
    rule: "SYCL without flash attention takes what CUDA takes",
    log: "mlc-205",
    model: "qwen2.5-7b",
    backend: "sycl",
    builds: "2025-06",
    settings: { context: 4096, flashAttention: false },
    device: 304,
    host: 15.01,
    within: DIGIT,
  },
];

describe("rules of a back end, against what logs of it print", () => {
  it.each(EVIDENCE)("$rule ($log)", ({ model, backend, builds, settings, device, host, within }) => {
    const match = findModel(model);
    if (match.kind !== "found") throw new Error(match.kind);
    const geometry = geometryFromRow(match.row)!;
    const tensors = quantized(geometry, tensorList(geometry)!, "Q4_K_M").map((tensor) => ({
      ...tensor,
      offset: 0,
      file: 0,
    }));
    const card: Device = { ...cards(1)[0]!, backend, freeBytes: 2 ** 40, totalBytes: 2 ** 40 };
    const prediction = predictLlamaCpp({
      geometry,
      tensors,
      build: LLAMACPP_BUILDS.find(({ id }) => id === builds)!,
      caller: LLAMACPP_CALLERS.library,
      devices: [backend === "metal" ? { ...card, memoryKind: "unified" } : card],
      cpuFeatures: ["avx2"],
      settings: {
        sequences: 1,
        unifiedCache: false,
        batch: 2048,
        microBatch: 512,
        flashAttention: true,
        cacheTypeK: "f16",
        cacheTypeV: "f16",
        gpuLayers: "all",
        context: 4096,
        ...settings,
      },
    });
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const compute = (where: "host" | 0): number =>
      prediction.buffers.reduce(
        (sum, { term, place, bytes }) => (term === "compute" && place === where ? sum + bytes : sum),
        0,
      );
    expect(Math.abs(compute(0) / 2 ** 20 / device - 1)).toBeLessThanOrEqual(within);
    if (host > 0) expect(Math.abs(compute("host") / 2 ** 20 - host)).toBeLessThanOrEqual(0.0051);
  });
});

describe("more than a device allocates in one piece", () => {
  const [CARD] = cards(1);
  const asked = (backend: Backend, limits: DeviceLimits, settings: Partial<LlamaCppSettings> = {}) =>
    predictLlamaCpp(
      question(
        SMOLLM2,
        { gpuLayers: "all", context: 65_536, flashAttention: true, ...settings },
        { devices: [{ ...CARD!, backend, limits }], build: build("b11434") },
      ),
    );
  const MIB = 2 ** 20;

  // keys of a layer: 192 halves of 98304 cells are 36 MiB; the embedding, the largest weight, is 28.7
  it.each([
    ["metal", { maxBufferBytes: 30 * MIB }],
    ["sycl", { maxAllocationBytes: 30 * MIB }],
  ] as const)("is refused by %s, where a cache is larger", (backend, limits) => {
    const refused = asked(backend, limits, { context: 98_304 });
    expect(refused).toMatchObject({ kind: "rejected", reason: "tensor-above-device-limit" });
    if (refused.kind === "rejected") expect(refused.because).toContain("layer 0's cache takes 36 MiB in one piece");
    expect(asked(backend, limits, { context: 16_384, batch: 64, microBatch: 64 }).kind).toBe("fits-engine");
  });

  it("is refused by SYCL, where a weight or a graph's tensor is larger", () => {
    const embedding = SMOLLM2.tensors.find(({ name }) => name === "token_embd.weight")!;
    const refused = asked("sycl", { maxAllocationBytes: embedding.bytes - 1 }, { context: 1024 });
    if (refused.kind !== "rejected") throw new Error("it was accepted");
    expect(refused.because).toMatch(/token_embd\.weight takes 28\.\d MiB in one piece/);
  });

  it("is no matter to CUDA, which has no such limit", () => {
    expect(asked("cuda", { maxBufferBytes: MIB, maxAllocationBytes: MIB }).kind).toBe("fits-engine");
  });
});

import { describe, expect, it } from "vitest";
import type { Device } from "../../../../facts/hardware/index.ts";
import { type CacheType, type LlamaCppSettings, ollamaEra } from "../../../../facts/runtime/index.ts";
import { predictLlamaCpp } from "../predict.ts";
import { cards, GEMMA3, question, SMOLLM2, type TestModel } from "../testing/models.ts";
import { predictOllama } from "./index.ts";

function asked(
  model: TestModel,
  settings: Partial<LlamaCppSettings>,
  { version = "0.17.4", devices = [] as readonly Device[] } = {},
) {
  const { build: _, caller: __, ...plain } = question(model, { unifiedCache: false, ...settings }, { devices });
  const { era } = ollamaEra(version)!;
  return predictOllama({ ...plain, cpuFeatures: [], era });
}

function terms(...args: Parameters<typeof asked>): Record<string, number> {
  const prediction = asked(...args);
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  const sums: Record<string, number> = {};
  for (const { term, bytes } of prediction.buffers) sums[term] = (sums[term] ?? 0) + bytes;
  return sums;
}

function settingsOf(
  context: number,
  step: number,
  parallel: number,
  type: CacheType,
  flashAttention: boolean | "auto",
) {
  return {
    context: context * parallel,
    sequences: parallel,
    batch: step,
    microBatch: step,
    flashAttention,
    cacheTypeK: type,
    cacheTypeV: type,
    gpuLayers: 0,
  } as const;
}

// Printed by Ollama v0.17.4 on a processor: MiB of cache, compute and logits of SmolLM2 135M, which its llama.cpp runs.
it.each([
  [2048, 512, 1, "f16", "auto", "45.00", "98.25", "0.19"],
  [4096, 512, 1, "f16", "auto", "90.00", "97.12", "0.19"],
  [8192, 256, 1, "f16", "auto", "180.00", "48.56", "0.19"],
  [2048, 512, 2, "f16", "auto", "90.00", "98.25", "0.38"],
  [8192, 256, 2, "f16", "auto", "360.00", "48.56", "0.38"],
  [4096, 512, 1, "q8_0", true, "47.81", "97.12", "0.19"],
  [2048, 512, 3, "q4_0", true, "37.97", "98.25", "0.57"],
  [8192, 256, 3, "q4_0", true, "151.88", "48.56", "0.57"],
  [4096, 512, 1, "f16", false, "90.00", "98.25", "0.19"],
  [8192, 256, 1, "f16", false, "180.00", "82.63", "0.19"],
] as const)("llama.cpp inside it at %i, steps of %i, %i requests, %s, flash attention %s", (...row) => {
  const [context, step, parallel, type, flash, ...printed] = row;
  const { kv, compute, output } = terms(SMOLLM2, settingsOf(context, step, parallel, type, flash));
  const off = [kv, compute, output].map((bytes, index) => Math.abs(bytes! / 2 ** 20 - Number(printed[index])));
  expect(Math.max(...off)).toBeLessThanOrEqual(0.005 + 1e-9);
});

// The same of Gemma 3 270M, which its own engine runs: MiB of cache, bytes of the graph.
it.each([
  [2048, 512, 1, "f16", true, "21.0", 20447232],
  [4096, 512, 1, "f16", true, "27.0", 24641536],
  [8192, 256, 1, "f16", true, "35.2", 14286848],
  [2048, 512, 2, "f16", true, "38.2", 25427968],
  [4096, 512, 2, "f16", true, "50.2", 29622272],
  [8192, 256, 2, "f16", true, "70.5", 18874368],
  [4096, 512, 1, "q8_0", true, "14.3", 24641536],
  [2048, 512, 3, "q4_0", true, "14.6", 28049408],
  [4096, 512, 3, "q4_0", true, "19.6", 34340864],
  [2048, 512, 1, "f16", false, "21.0", 23592960],
  [4096, 512, 1, "f16", false, "27.0", 40370176],
  [8192, 256, 1, "f16", false, "35.2", 36962304],
] as const)("its own engine at %i, steps of %i, %i requests, %s, flash attention %s", (...row) => {
  const [context, step, parallel, type, flash, cache, graph] = row;
  const { kv, compute, weights, output } = terms(GEMMA3, settingsOf(context, step, parallel, type, flash));
  expect(Math.abs(kv! / 2 ** 20 - Number(cache))).toBeLessThanOrEqual(0.05 + 1e-9);
  expect(compute).toBe(graph);
  expect(output).toBeUndefined();
  const stored = GEMMA3.tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(weights! - stored).toBe(GEMMA3.tensors.find(({ name }) => name === "token_embd.weight")!.bytes);
});

describe("what is not known to the byte", () => {
  it("is an interval on devices, and the tree still sums", () => {
    const prediction = asked(
      GEMMA3,
      { ...settingsOf(4096, 512, 1, "f16", true), gpuLayers: "all" },
      { devices: cards(1) },
    );
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const { footprint, buffers } = prediction;
    expect(footprint.value).toBe(buffers.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(footprint.high).toBeGreaterThan(footprint.value);
    expect(footprint.provenance).toBe("assumed");
  });
});

it("since 0.30 it is what its llama-server takes", () => {
  const wished = settingsOf(4096, 1024, 1, "f16", true);
  const server = question(GEMMA3, { unifiedCache: false, ...wished });
  const { build: _, caller: __, ...plain } = server;
  const { era } = ollamaEra("0.30.0")!;
  const child = predictOllama({ ...plain, era });
  expect(child.kind).toBe("fits-engine");
  expect(predictLlamaCpp(server).kind).toBe("fits-engine");
});

it.each([
  ["two cache types", GEMMA3, { cacheTypeK: "q8_0" }, "ollama-two-cache-types"],
  ["a type it does not take", GEMMA3, { cacheTypeK: "q5_1", cacheTypeV: "q5_1" }, "ollama-cache-type"],
  ["experts on the host", GEMMA3, { expertLayersOnHost: 4 }, "ollama-no-overrides"],
  ["all experts on the host", GEMMA3, { expertLayersOnHost: "all" }, "ollama-no-overrides"],
  ["tensors told where to lie", GEMMA3, { denseLayersOnHost: 1 }, "ollama-no-overrides"],
] as const)("refuses %s", (_, model, changed, reason) => {
  expect(asked(model, { ...settingsOf(4096, 512, 1, "f16", true), ...changed })).toMatchObject({
    kind: "rejected",
    reason,
  });
});

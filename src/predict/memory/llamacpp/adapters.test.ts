import { describe, expect, it } from "vitest";
import { LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { writeGguf, type DraftTensor } from "../../../facts/weights/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import type { Adapter } from "./question.ts";
import { build, cards, EXPERTS, question, SMOLLM2, type TestModel } from "./testing/models.ts";

/** Pairs of F32 for every matrix whose name matches. */
function adapter({ tensors }: TestModel, names: RegExp, rank: number): Adapter {
  const pairs = tensors.filter(({ name, shape }) => names.test(name) && shape.length > 1);
  const drafts = pairs.flatMap(({ name, shape: [width = 1, rows = 1, ...rest] }): DraftTensor[] => [
    { name: `${name}.lora_a`, type: "F32", shape: [width, rank, ...rest] },
    { name: `${name}.lora_b`, type: "F32", shape: [rank, rows, ...rest] },
  ]);
  return { tensors: writeGguf({ metadata: [], tensors: drafts }).tensors };
}

function asked(model: TestModel, adapters: readonly Adapter[], settings: Partial<LlamaCppSettings> = {}, devices = 1) {
  const server = { build: build("b11434"), caller: LLAMACPP_CALLERS["llama-server"], dryRun: true };
  const plain = {
    context: 4096,
    unifiedCache: true,
    batch: 2048,
    flashAttention: true,
    gpuLayers: "all",
    ...settings,
  } as const;
  return predictLlamaCpp(question(model, plain, { ...server, devices: cards(devices), adapters }));
}

function sizes(prediction: MemoryPrediction, term: string): Record<string, number> {
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return Object.fromEntries(
    prediction.buffers.flatMap((each) => (each.term === term ? [[each.label, each.bytes] as const] : [])),
  );
}

describe("adapters, in bytes of llama.cpp b11434 in its dry mode", () => {
  const all = adapter(SMOLLM2, /attn_|ffn_/, 64);

  it("lie beside the tensors they change, and add to the compute buffer", () => {
    const prediction = asked(SMOLLM2, [all]);
    expect(sizes(prediction, "lora")).toEqual({ CUDA0: 78_151_680 });
    expect(sizes(prediction, "compute")).toEqual({ CUDA0: 18_364_544, CUDA_Host: 8_931_360 });
  });

  it("are split as their layers are, and stay with experts on the host", () => {
    const some = adapter(EXPERTS, /attn_q|ffn_up_exps/, 16);
    const split = sizes(asked(EXPERTS, [some], { expertLayersOnHost: 3 }, 2), "lora");
    expect(Object.keys(split).sort()).toEqual(["CUDA0", "CUDA1", "CUDA_Host"]);
    // a pair of an expert matrix: 8 experts of 16 × (1024 + 2048) F32
    expect(split["CUDA_Host"]).toBe(3 * 8 * 16 * (1024 + 2048) * 4);
  });

  it("that are not applied lie in memory all the same, but change no graph", () => {
    const idle = asked(SMOLLM2, [{ ...all, scale: 0 }]);
    expect(sizes(idle, "lora")).toEqual({ CUDA0: 78_151_680 });
    expect(sizes(idle, "compute")).toEqual(sizes(asked(SMOLLM2, []), "compute"));
  });

  it("made for another model are refused with what is missing", () => {
    const other = asked(SMOLLM2, [adapter(EXPERTS, /ffn_up_exps/, 8)]);
    expect(other).toMatchObject({ kind: "rejected", reason: "adapter-of-another-model" });
    const [first, ...rest] = all.tensors;
    const half = asked(SMOLLM2, [{ tensors: first!.name.endsWith("lora_a") ? [first!, ...rest.slice(1)] : rest }]);
    expect(half).toMatchObject({ because: expect.stringContaining(".lora_b") });
  });

  it("of embeddings that are the output matrix too make the engine stop", () => {
    expect(asked(SMOLLM2, [adapter(SMOLLM2, /token_embd/, 8)])).toMatchObject({ reason: "adapter-of-tied-embeddings" });
  });
});

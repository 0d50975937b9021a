import { expect, it } from "vitest";
import { LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { predictLlamaCpp } from "./predict.ts";
import { build, cards, GEMMA3, question, SMOLLM2 } from "./testing/models.ts";

const OCTOBER = { build: build("b11434"), caller: LLAMACPP_CALLERS.library, devices: cards(1), dryRun: true };

it("a batch keeps a row of logits for every sequence", () => {
  const asked = { context: 4096, unifiedCache: true, flashAttention: true, gpuLayers: "all" } as const;
  const ask = (more: Partial<LlamaCppSettings>) => predictLlamaCpp(question(SMOLLM2, { ...asked, ...more }, OCTOBER));
  expect(ask({ sequences: 4, batch: 4 }).kind).toBe("fits-engine");
  expect(ask({ sequences: 4, batch: 3 })).toMatchObject({ kind: "rejected", reason: "batch-below-sequences" });
});

it("small models have room for their graphs", () => {
  const asked = { context: 4096, batch: 512, flashAttention: true, gpuLayers: "all" } as const;
  const types = {
    cacheTypeK: "q4_1",
    cacheTypeV: "q5_1",
    sequences: 16,
    unifiedCache: false,
    cacheOnHost: true,
  } as const;
  for (const model of [SMOLLM2, GEMMA3]) {
    expect(predictLlamaCpp(question(model, { ...asked, ...types }, OCTOBER)).kind).toBe("fits-engine");
  }
});

import { describe, expect, it } from "vitest";
import { LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import type { Estimate } from "../../estimate/index.ts";
import { predictLlamaCpp } from "./predict.ts";
import { build, GEMMA3, question, SMOLLM2 } from "./testing/models.ts";

const SERVER = { caller: LLAMACPP_CALLERS["llama-server"], build: build("b11434") };

function serving(...[model, settings, more]: Parameters<typeof question>): Estimate | undefined {
  const prediction = predictLlamaCpp(question(model, settings, { ...SERVER, ...more }));
  return prediction.kind === "rejected" ? undefined : prediction.serving;
}

function high(estimate: Estimate | undefined, key: string): number | undefined {
  return estimate?.parts?.find((part) => part.key === key)?.high;
}

describe("what a server holds beside its buffers", () => {
  it("checkpoints of a window model: 32 a slot, each the cells of one window", () => {
    // 8 B, 4 + 4 B streams, 512 cells of 12 B, 16 B, and in 15 layers two rows of 256 halves a cell with 12 B before them
    const each = 8 + 8 + 512 * 12 + 16 + 15 * 2 * (12 + 512 * 512);
    // what the library (b11434) says of a slot of this model after 600 tokens
    expect(each).toBe(7_870_856);
    const { value, ...rest } = serving(GEMMA3, { sequences: 2, unifiedCache: true })!;
    expect(value).toBe(0);
    expect(high({ value, ...rest }, "checkpoints")).toBe(2 * 32 * each);
    expect(high(serving(GEMMA3, { contextCheckpoints: 3 }), "checkpoints")).toBe(3 * each);
  });

  it("no checkpoints where the cache can be rolled back", () => {
    expect(high(serving(SMOLLM2), "checkpoints")).toBeUndefined();
    expect(high(serving(GEMMA3, { fullWindowCache: true }), "checkpoints")).toBeUndefined();
    expect(high(serving(GEMMA3, { contextCheckpoints: 0 }), "checkpoints")).toBeUndefined();
  });

  it("prompts of idle slots, up to the limit", () => {
    expect(high(serving(SMOLLM2), "prompt-cache")).toBe(8192 * 2 ** 20);
    expect(high(serving(SMOLLM2, { promptCacheMib: 512 }), "prompt-cache")).toBe(512 * 2 ** 20);
    expect(serving(SMOLLM2, { promptCacheMib: 0 })).toBeUndefined();
    // no limit: as many tokens as the context, 30 layers of two rows of 192 halves
    const cells = 2048 * (12 + 30 * 2 * 384);
    expect(high(serving(SMOLLM2, { promptCacheMib: -1 }), "prompt-cache")).toBe(8 + 8 + cells + 16 + 30 * 2 * 12);
  });

  it("nothing for other callers, and nothing in a dry run", () => {
    expect(serving(SMOLLM2, {}, { caller: LLAMACPP_CALLERS.library })).toBeUndefined();
    expect(serving(SMOLLM2, {}, { dryRun: true })).toBeUndefined();
  });
});

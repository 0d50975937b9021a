import { describe, expect, it } from "vitest";
import type { Geometry } from "../../../facts/model/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { contextSizes } from "./context.ts";

function model(window: number): Geometry {
  const mixer = { kind: "attention", heads: 8, kvHeads: 1, keyLength: 64, valueLength: 64 } as const;
  const feedForward = { kind: "dense", length: 128, gated: true } as const;
  return {
    architecture: window > 0 ? "gemma3" : "llama",
    embeddingLength: 512,
    vocabularySize: 1000,
    contextLength: 32_768,
    tiedEmbeddings: true,
    layers: [
      { kind: "trunk", mixer: { ...mixer, span: "full" }, feedForward },
      ...(window > 0 ? [{ kind: "trunk", mixer: { ...mixer, span: "sliding", window }, feedForward } as const] : []),
    ],
  };
}

function settings(changed: Partial<LlamaCppSettings>): LlamaCppSettings {
  return {
    context: 4096,
    sequences: 1,
    unifiedCache: true,
    batch: 2048,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers: 0,
    ...changed,
  };
}

const august = LLAMACPP_BUILDS.find((build) => build.id === "2026-08")!;
const { library, "llama-server": server, "node-llama-cpp": embedded } = LLAMACPP_CALLERS;

describe("context sizes", () => {
  it("pads the context to 256 cells, after the batch was cut to what was asked", () => {
    expect(contextSizes(model(0), settings({ context: 1000 }), library, august)).toMatchObject({
      cells: 1024,
      batch: 1000,
    });
  });

  it("takes the trained length for 0", () => {
    expect(contextSizes(model(0), settings({ context: 0 }), library, august).context).toBe(32_768);
  });

  it("divides and pads again per sequence without a shared stream", () => {
    const sizes = contextSizes(
      model(0),
      settings({ context: 10_000, sequences: 3, unifiedCache: false }),
      library,
      august,
    );
    expect(sizes).toMatchObject({ cells: 3584, context: 10_752, streams: 3 });
  });

  it("gives four sequences in one stream four windows", () => {
    expect(contextSizes(model(128), settings({ context: 32_768 }), server, august).windowCells).toBe(768);
    expect(contextSizes(model(128), settings({ context: 32_768, sequences: 4 }), server, august).windowCells).toBe(
      1024,
    );
    expect(contextSizes(model(128), settings({ microBatch: 2048 }), server, august).windowCells).toBe(2304);
    expect(contextSizes(model(128), settings({ fullWindowCache: true }), server, august).windowCells).toBe(4096);
  });

  it("keeps a row of logits a token for the library, one a sequence and draft token for the server", () => {
    expect(contextSizes(model(0), settings({}), library, august).outputRows).toBe(2048);
    expect(contextSizes(model(0), settings({ sequences: 4 }), server, august).outputRows).toBe(4);
    expect(contextSizes(model(0), settings({ sequences: 4 }), server, august, 3).outputRows).toBe(16);
  });

  it("pads the embedded engine's context for each sequence, and adds a token to a window model's batch", () => {
    const asked = settings({ context: 8192, sequences: 4, unifiedCache: false, batch: 512 });
    expect(contextSizes(model(512), asked, embedded, august)).toMatchObject({
      context: 8192,
      cells: 2048,
      batch: 513,
      microBatch: 513,
      windowCells: 1280,
    });
    expect(contextSizes(model(0), asked, embedded, august).microBatch).toBe(512);
  });
});

import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { loadLibrary, openBackend, type Library } from "./library.ts";
import { chooseContext, contextOptions } from "./settings.ts";

const SETTINGS: LlamaCppSettings = {
  context: 4096,
  sequences: 2,
  unifiedCache: false,
  batch: 256,
  microBatch: 256,
  flashAttention: true,
  cacheTypeK: "q8_0",
  cacheTypeV: "iq4_nl",
  gpuLayers: 0,
};

describe("settings of the embedded engine", async () => {
  const library = await loadLibrary();
  const choice = (over: Partial<LlamaCppSettings> = {}) => chooseContext({ ...SETTINGS, ...over }, 8192, library);

  it("divides the context among the sequences, and gives the trained one to each", () => {
    expect(choice()).toMatchObject({ contextSize: 2048, sequences: 2, batchSize: 256, swaFullCache: false });
    expect(choice({ context: 0 }).contextSize).toBe(8192);
  });

  it("names cache types by ggml's numbers", () => {
    // ggml_type in ggml.h
    expect(choice()).toMatchObject({ kvCacheKeyType: 8, kvCacheValueType: 20 });
    expect(choice({ cacheTypeK: "bf16", cacheTypeV: "f32" })).toMatchObject({
      kvCacheKeyType: 30,
      kvCacheValueType: 0,
    });
    expect(contextOptions(choice(), 3)).toMatchObject({
      experimentalKvCacheKeyType: 8,
      threads: 3,
      failedCreationRemedy: false,
    });
  });

  it.each<[string, Partial<LlamaCppSettings>]>([
    ["a shared cache", { unifiedCache: true }],
    ["a micro-batch of its own", { microBatch: 128 }],
    ["shares of devices", { tensorSplit: [1, 1] }],
    ["a cache on the host", { cacheOnHost: true }],
  ])("refuses %s instead of leaving it out", (_, over) => {
    expect(() => choice(over)).toThrow(LoadoutError);
    expect(() => choice(over)).toThrow("the embedded engine has no setting for");
  });
});

describe("library of the embedded engine", () => {
  it("says when it is not installed", async () => {
    const absent = () => Promise.reject<Library>(new Error("Cannot find package"));
    await expect(loadLibrary(absent)).rejects.toMatchObject({ code: "engine-missing", exitCode: 3 });
  });

  it("says when it has no build", async () => {
    const opened = openBackend(await loadLibrary(), "rocm", { logger: () => {} });
    await expect(opened).rejects.toMatchObject({ code: "engine-build-missing", exitCode: 3 });
  });
});

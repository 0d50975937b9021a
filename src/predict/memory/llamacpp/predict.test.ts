import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LLAMACPP_CALLERS, type CacheType } from "../../../facts/runtime/index.ts";
import type { Estimate } from "../../estimate/index.ts";
import type { EngineBuffer, MemoryPrediction } from "../memory.ts";
import { predictLlamaCpp } from "./predict.ts";
import { build, GEMMA3, question, SMOLLM2, softwareDevices } from "./testing/models.ts";

type Predicted = Extract<MemoryPrediction, { kind: "fits-engine" }>;

function predicted(...asked: Parameters<typeof question>): Predicted {
  const prediction = predictLlamaCpp(question(...asked));
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction;
}

/** "CPU compute 102.5137" for every buffer of a term. */
function printed({ buffers }: Predicted, term: EngineBuffer["term"], decimals: number): string[] {
  return buffers
    .filter((buffer) => buffer.term === term)
    .map(({ label, bytes }) => `${label} ${(bytes / 2 ** 20).toFixed(decimals)}`);
}

describe("what the embedded engine (v0.4.0) printed", () => {
  it("SmolLM2 on the processor", () => {
    const prediction = predicted(SMOLLM2);
    expect(printed(prediction, "kv", 2)).toEqual(["CPU 45.00"]);
    expect(printed(prediction, "output", 2)).toEqual(["CPU 0.19"]);
    expect(printed(prediction, "compute", 4)).toEqual(["CPU 102.5137"]);
  });

  it("Gemma 3 on the processor: a window cache of 1280 cells, logits for 513 rows", () => {
    const prediction = predicted(GEMMA3);
    expect(printed(prediction, "kv", 2)).toEqual(["CPU 6.00", "CPU 18.75"]);
    expect(printed(prediction, "compute", 4)).toEqual(["CPU 515.5069"]);
  });

  it("SmolLM2 with 20 of 31 layers on two devices: host weights staged on the first", () => {
    const prediction = predicted(SMOLLM2, { gpuLayers: 20 }, { devices: softwareDevices(2) });
    expect(printed(prediction, "kv", 2)).toEqual(["CPU 16.50", "Vulkan0 15.00", "Vulkan1 13.50"]);
    expect(printed(prediction, "weights", 2).slice(1)).toEqual(["Vulkan1 47.71", "Vulkan0 21.14"]);
    expect(printed(prediction, "compute", 4)).toEqual(["Vulkan0 15.6997", "Vulkan1 97.1250", "Vulkan_Host 4.2637"]);
  });

  it("Gemma 3 on three devices as a pipeline, its output matrix too large for any of them", () => {
    const prediction = predicted(GEMMA3, { context: 4096, gpuLayers: "all" }, { devices: softwareDevices(3) });
    expect(printed(prediction, "kv", 2)).toEqual([
      "Vulkan0 4.00",
      "Vulkan1 4.00",
      "Vulkan2 4.00",
      "Vulkan0 7.50",
      "Vulkan1 6.25",
      "Vulkan2 5.00",
    ]);
    expect(printed(prediction, "compute", 4)).toEqual([
      "Vulkan0 42.6536",
      "Vulkan1 42.6536",
      "Vulkan2 42.6615",
      "Vulkan_Host 540.3909",
    ]);
  });
});

describe("what llama-server (October 2026) printed", () => {
  const server = { caller: LLAMACPP_CALLERS["llama-server"], build: build("b11434") };
  const asked = { context: 4096, batch: 2048 };

  it.each([
    [1, true, "f16", "CPU 18.64"],
    [4, false, "f16", "CPU 15.64"],
    [4, true, "f16", "CPU 18.64"],
    [1, true, "q8_0", "CPU 18.66"],
    [4, false, "q8_0", "CPU 15.66"],
  ] as const)("SmolLM2 with %i slots, unified %s, keys in %s", (sequences, unifiedCache, cacheTypeK, compute) => {
    const prediction = predicted(SMOLLM2, { ...asked, sequences, unifiedCache, cacheTypeK }, server);
    expect(printed(prediction, "compute", 2)).toEqual([compute]);
    expect(printed(prediction, "kv", 2)).toEqual([cacheTypeK === "f16" ? "CPU 90.00" : "CPU 68.91"]);
  });

  it("Gemma 3 with one slot", () => {
    const prediction = predicted(GEMMA3, { ...asked, context: 2048 }, server);
    expect(printed(prediction, "compute", 2)).toEqual(["CPU 21.28"]);
    expect(printed(prediction, "kv", 2)).toEqual(["CPU 6.00", "CPU 15.00"]);
  });
});

const settings = fc.record({
  context: fc.integer({ min: 256, max: 20_000 }),
  sequences: fc.integer({ min: 1, max: 4 }),
  batch: fc.integer({ min: 1, max: 1024 }),
  unifiedCache: fc.boolean(),
  cacheTypeK: fc.constantFrom<CacheType>("f16", "q8_0", "q4_0"),
  gpuLayers: fc.constantFrom<number | "all">(0, 1, 7, 18, "all"),
});
const devices = fc.integer({ min: 0, max: 3 });
const MODELS = { smollm2: SMOLLM2, gemma3: GEMMA3 };
const model = fc.constantFrom("smollm2", "gemma3");

describe("any prediction", () => {
  it("sums: leaves to places, places to the whole, and the tree to the buffers", () => {
    fc.assert(
      fc.property(model, settings, devices, (which, changed, rig) => {
        const { buffers, places, footprint } = predicted(MODELS[which], changed, { devices: softwareDevices(rig) });
        const total = buffers.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(leaves(footprint).reduce((sum, { value }) => sum + value, 0)).toBe(total);
        expect(footprint.value).toBe(total);
        const byTerms = places.flatMap(({ terms }) => Object.values(terms));
        expect(byTerms.reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
        expect(buffers.every(({ bytes }) => Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true);
        expect(leaves(footprint).every(({ formula }) => formula !== undefined && formula.length > 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  // the compute buffer is left out on purpose: a best fit can come out smaller where a tensor is larger
  it("needs no smaller cache for a longer context, anywhere", () => {
    fc.assert(
      fc.property(model, settings, fc.nat(8192), devices, (which, changed, more, rig) => {
        const rigged = { devices: softwareDevices(rig) };
        const shorter = predicted(MODELS[which], changed, rigged);
        const longer = predicted(MODELS[which], { ...changed, context: changed.context + more }, rigged);
        for (const [index, { terms }] of longer.places.entries()) {
          expect(terms.kv ?? 0).toBeGreaterThanOrEqual(shorter.places[index]!.terms.kv ?? 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("needs no less in all for a longer context on the processor alone", () => {
    fc.assert(
      fc.property(model, settings, fc.nat(8192), (which, changed, more) => {
        const longer = predicted(MODELS[which], { ...changed, context: changed.context + more });
        expect(longer.footprint.value).toBeGreaterThanOrEqual(predicted(MODELS[which], changed).footprint.value);
      }),
      { numRuns: 40 },
    );
  });

  it("is the same twice", () => {
    const asked = question(GEMMA3, { gpuLayers: 9 }, { devices: softwareDevices(2) });
    expect(predictLlamaCpp(asked)).toEqual(predictLlamaCpp(asked));
  });
});

describe("what the engine refuses", () => {
  const reason = (...asked: Parameters<typeof question>): string => {
    const prediction = predictLlamaCpp(question(...asked));
    return prediction.kind === "rejected" ? prediction.reason : "accepted";
  };

  it("a quantised value cache without flash attention; quantised keys are fine", () => {
    expect(reason(SMOLLM2, { cacheTypeV: "q8_0", flashAttention: false })).toBe(
      "quantized-values-need-flash-attention",
    );
    expect(reason(SMOLLM2, { cacheTypeK: "q8_0", flashAttention: false })).toBe("accepted");
    expect(reason(SMOLLM2, { cacheTypeV: "q8_0", flashAttention: "auto" })).toBe("accepted");
  });

  it("a quantised cache whose blocks a head does not fill", () => {
    const layers = SMOLLM2.geometry.layers.map((layer) =>
      layer.mixer.kind === "attention"
        ? { ...layer, mixer: { ...layer.mixer, keyLength: 80, valueLength: 80 } }
        : layer,
    );
    const odd = { ...SMOLLM2, geometry: { ...SMOLLM2.geometry, layers } };
    expect(reason(odd, { cacheTypeK: "q8_0" })).toBe("head-not-in-blocks");
  });

  it("more sequences than it has room for", () => {
    expect(reason(SMOLLM2, { sequences: 257 })).toBe("too-many-sequences");
  });

  it("a cache tensor above the device's largest storage buffer, but only on that device", () => {
    const long = { context: 400_000, gpuLayers: "all" } as const;
    expect(reason(SMOLLM2, long, { devices: softwareDevices(1) })).toBe("tensor-above-device-limit");
    expect(reason(SMOLLM2, { ...long, cacheOnHost: true }, { devices: softwareDevices(1) })).toBe("accepted");
    expect(reason(SMOLLM2, long)).toBe("accepted");
  });
});

describe("a model that cannot be predicted", () => {
  it("for a missing tensor says which", () => {
    const without = SMOLLM2.tensors.filter(({ name }) => name !== "blk.7.attn_q.weight");
    expect(() => predictLlamaCpp(question({ ...SMOLLM2, tensors: without }))).toThrow(/blk\.7\.attn_q\.weight/);
  });

  it("for want of its architecture's graph says so", () => {
    const other = { ...SMOLLM2, geometry: { ...SMOLLM2.geometry, architecture: "mystery" } };
    expect(() => predictLlamaCpp(question(other))).toThrow(/mystery/);
  });
});

function leaves(estimate: Estimate): Estimate[] {
  return estimate.parts === undefined ? [estimate] : estimate.parts.flatMap(leaves);
}

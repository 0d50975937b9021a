import { describe, expect, it } from "vitest";
import type { Device } from "../../../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../../../facts/runtime/index.ts";
import type { Estimate } from "../../../estimate/index.ts";
import { predictLlamaCpp } from "../predict.ts";
import { build, cards, GEMMA3, question, SMOLLM2 } from "../testing/models.ts";

// Back ends whose rules were read, not run: what their source says is set against what is predicted.

const [CARD] = cards(1);
const MAC: Device = { ...CARD!, vendor: "apple", backend: "metal", memoryKind: "unified" };
const ARC: Device = { ...CARD!, vendor: "intel", backend: "sycl" };

function predicted(devices: readonly Device[], settings: Partial<LlamaCppSettings> = {}, id = "b11434") {
  const asked = { gpuLayers: "all", context: 4096, flashAttention: true, ...settings } as const;
  const prediction = predictLlamaCpp(question(SMOLLM2, asked, { devices, build: build(id) }));
  if (prediction.kind === "rejected") throw new Error(prediction.because);
  return prediction;
}

function compute(prediction: ReturnType<typeof predicted>, device: number): Estimate {
  const place = prediction.footprint.parts!.find(({ key }) => key === `device-${device}`)!;
  return place.parts!.find(({ key }) => key.startsWith("compute"))!;
}

describe("Metal", () => {
  it("leaves weights in the mapped file, its pages and the host's", () => {
    const weights = predicted([MAC]).buffers.filter(({ term }) => term === "weights");
    expect(weights.map(({ label }) => label).sort()).toEqual(["CPU_Mapped", "MTL0_Mapped"]);
  });

  it("has no pinned memory: what the processor computes lies in plain RAM", () => {
    const host = predicted([MAC]).buffers.filter(({ place, term }) => place === "host" && term !== "weights");
    expect(new Set(host.map(({ label }) => label))).toEqual(new Set(["CPU"]));
  });

  it("keeps scratch behind attention, so that it takes more than a card of the same sizes", () => {
    const { value, low, high, provenance, because } = compute(predicted([MAC]), 0);
    expect(value).toBeGreaterThan(compute(predicted([CARD!]), 0).value);
    expect([low! < value, high! > value, provenance]).toEqual([true, true, "assumed"]);
    expect(because).toContain("rules of MTL0 read from source, not run");
  });
});

describe("SYCL", () => {
  it("holds halves of the queries twice behind attention", () => {
    const names = predicted([ARC]).buffers.map(({ label }) => label);
    expect(names).toContain("SYCL0");
    expect(names).toContain("SYCL_Host");
    // 512 tokens of 9 heads of 64 halves, once for the queries and once for the result, and one factor
    const more = compute(predicted([ARC]), 0).value - compute(predicted([CARD!]), 0).value;
    expect(more).toBeGreaterThanOrEqual(0);
    expect(more).toBeLessThanOrEqual(2 * 2 * 512 * 9 * 64 + 3 * 128);
  });
});

describe("a device of another machine", () => {
  const away: Device = { ...CARD!, node: "attic" };

  it("takes what the remote's rules say, and comes before this machine's", () => {
    const prediction = predicted([CARD!, away]);
    const caches = prediction.buffers.filter(({ term }) => term === "kv");
    expect(caches.map(({ label, place }) => [label, place])).toEqual([
      ["RPC0[attic]", 1],
      ["CUDA0", 0],
    ]);
  });

  it("takes part in a pipeline only where it has events", () => {
    const [older, newer] = ["2026-08", "b11434"].map((id) => compute(predicted([CARD!, away], {}, id), 0).because);
    expect(older).not.toContain("copies of every input");
    expect(newer).toContain("4 copies of every input");
  });

  it("never gets a host weight for a batch", () => {
    const half = { gpuLayers: 20 } as const;
    const staged = compute(predicted([away], half), 0).value;
    expect(staged).toBeLessThan(compute(predicted([CARD!], half), 0).value);
  });
});

describe("a build nobody has seen", () => {
  it("is predicted as the newest, with a wider band that says so", () => {
    const asked = question(GEMMA3, {}, { build: build("b11434"), standing: "newer" });
    const prediction = predictLlamaCpp(asked);
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const parts = prediction.footprint.parts![0]!.parts!;
    const { value, high, because } = parts.find(({ key }) => key.startsWith("compute"))!;
    expect(high).toBe(Math.ceil(value * 2.33));
    expect(because).toContain("the build is newer than the newest that is known");
    expect(parts.find(({ key }) => key === "kv")!.high).toBeUndefined();
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { rigsByHand } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { quantized } from "../../facts/recipe/index.ts";
import { overridesOf, type LlamaCppSettings } from "../../facts/runtime/index.ts";
import { layerPlaces } from "../memory/index.ts";
import { decodePace, prefillPace, trafficOf, type PaceInput } from "./index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();

function asked(name: string, more: Partial<LlamaCppSettings> = {}, other: Partial<PaceInput> = {}): PaceInput {
  const found = findModel(name);
  if (found.kind !== "found") throw new Error(`${name} is not one row`);
  const geometry = geometryFromRow(found.row)!;
  const shapes = tensorList(geometry)!;
  const tensors = quantized(geometry, shapes, "Q4_K_M").map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
  const { rig } = rigByHand({ gpus: ["rtx-4070"], ram: "64GB:ddr5-6000" });
  const settings: LlamaCppSettings = {
    context: 8192,
    sequences: 1,
    unifiedCache: false,
    batch: 512,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers: "all",
    ...more,
  };
  return {
    geometry,
    tensors,
    host: rig.host,
    devices: rig.devices,
    placement: layerPlaces(geometry, settings, rig.devices),
    threads: 7,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    microBatch: 512,
    overrides: overridesOf(settings),
    cacheOnHost: settings.cacheOnHost ?? false,
    ...other,
  };
}

const at = (input: PaceInput, where: number | "host") =>
  trafficOf(input, 1024, 1024).places.find((place) => place.where === where);

test("what leaves the GPU arrives in RAM: bytes and FLOPs of a token are the same in sum, wherever layers lie", () => {
  const sums = (input: PaceInput) => {
    const { places } = trafficOf(input, 1024, 1024);
    const sum = (of: "weightBytesPerToken" | "cacheBytesPerToken" | "flopsPerToken" | "promptFlops") =>
      places.reduce((total, place) => total + place[of], 0);
    return [sum("weightBytesPerToken"), sum("cacheBytesPerToken"), sum("flopsPerToken"), sum("promptFlops")];
  };
  const whole = sums(asked("qwen3 30b a3b"));
  fc.assert(
    fc.property(fc.nat(49), fc.nat(48), fc.boolean(), (gpuLayers, expertLayersOnHost, cacheOnHost) => {
      const split = sums(asked("qwen3 30b a3b", { gpuLayers, expertLayersOnHost, cacheOnHost }));
      split.forEach((each, index) => expect(Math.abs(each / whole[index]! - 1)).toBeLessThan(1e-9));
    }),
    { numRuns: 25 },
  );
});

test("prompts: host weights cross the slot once a micro-batch, from 32 tokens on, and the GPU multiplies them", () => {
  const input = asked("qwen3-8b", { gpuLayers: 0 });
  const weights = at(input, "host")!.storedBytes;
  const { slotBytesPerPrompt } = trafficOf(input, 0, 2048);
  expect(slotBytesPerPrompt / 4).toBeLessThan(weights);
  expect(slotBytesPerPrompt / 4).toBeGreaterThan(weights * 0.8);
  expect(at(input, "host")!.promptFlops).toBe(0);
  expect(at(input, 0)!.promptFlops).toBeGreaterThan(0);
  expect(trafficOf(input, 0, 31).slotBytesPerPrompt).toBe(0);
  const alone = { ...input, opOffload: false };
  expect(trafficOf(alone, 0, 2048)).toMatchObject({ slotBytesPerPrompt: 0 });
  expect(at(alone, "host")!.promptFlops).toBeGreaterThan(0);
  // larger micro-batches cross less often
  expect(trafficOf({ ...input, microBatch: 2048 }, 0, 2048).slotBytesPerPrompt).toBeLessThan(slotBytesPerPrompt / 3);
  expect(prefillPace({ ...input, microBatch: 2048 }, 2048)!.tokensPerSec).toBeGreaterThan(
    prefillPace(input, 2048)!.tokensPerSec * 1.5,
  );
});

test("experts: the ones that a step needs cross the slot, fewer than chance has it; all of them before builds did so", () => {
  const input = asked("qwen3 30b a3b", { expertLayersOnHost: "all" });
  const stored = at(input, "host")!.storedBytes;
  const share = (microBatch: number, built?: string) =>
    trafficOf({ ...input, microBatch, ...(built !== undefined && { built }) }, 0, microBatch).slotBytesPerPrompt /
    stored;
  // 72 to 95 of 128 were counted for 512 tokens of a chat
  expect(share(512) * 128).toBeGreaterThan(72);
  expect(share(512) * 128).toBeLessThan(95);
  expect(share(512, "2025-08")).toBe(1);
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 8192 }), fc.integer({ min: 32, max: 8192 }), (a, b) => {
      expect(share(Math.max(a, b))).toBeGreaterThanOrEqual(share(Math.min(a, b)));
      // a larger step copies less a token
      expect(share(Math.max(a, b)) / Math.max(a, b)).toBeLessThanOrEqual(share(Math.min(a, b)) / Math.min(a, b));
    }),
    { numRuns: 30 },
  );
});

test("mapped weights cross a fast slot no faster than a thread fills the pinned buffer; weights read into one, at the slot's pace", () => {
  const seconds = (slotBytesPerSec: number, pinnedHostWeights: boolean) => {
    const input = asked("qwen3-8b", { gpuLayers: 18 });
    const devices = input.devices.map((device) => ({ ...device, slotBytesPerSec }));
    return 512 / prefillPace({ ...input, devices, pinnedHostWeights }, 512)!.tokensPerSec;
  };
  expect(seconds(63e9, false)).toBeCloseTo(seconds(126e9, false), 6);
  expect(seconds(15.8e9, false)).toBeGreaterThan(seconds(31.5e9, false) * 1.3);
  for (const slot of [15.8e9, 31.5e9, 63e9]) expect(seconds(slot, true)).toBeLessThan(seconds(slot, false));
});

test("of experts a token moves those it is routed to, and activations pass there and back in their layers", () => {
  const input = asked("qwen3 30b a3b", { expertLayersOnHost: 12 });
  const host = at(input, "host")!;
  expect(host.weightBytesPerToken / host.storedBytes).toBeLessThan(8 / 128 + 0.001);
  expect(trafficOf(input, 0, 512).crossingsPerToken).toBe(1 + 2 * 12);
  expect(trafficOf(input, 0, 512).slotBytesPerToken).toBe((25 * 2048 + 151_936) * 4);
  expect(trafficOf(asked("qwen3 30b a3b"), 0, 512).crossingsPerToken).toBe(0);
});

test("a cache in RAM is read there, and attention is computed there: in prompts as well", () => {
  const input = asked("qwen3-8b", { cacheOnHost: true });
  expect(at(input, 0)!.cacheBytesPerToken).toBe(0);
  expect(at(input, "host")!.cacheBytesPerToken).toBeGreaterThan(0);
  expect(at(input, "host")!.promptFlops).toBeGreaterThan(0);
  const without = asked("qwen3-8b");
  for (const depth of [128, 8192])
    expect(decodePace(input, depth)!.tokensPerSec).toBeLessThan(decodePace(without, depth)!.tokensPerSec);
  expect(prefillPace(input, 2048)!.tokensPerSec).toBeLessThan(prefillPace(without, 2048)!.tokensPerSec / 4);
});

test("shares of the time are of the places that work, and sum to one", () => {
  const workers = (input: PaceInput) => decodePace(input, 1024)!.workers!;
  const split = workers(asked("qwen3-8b", { gpuLayers: 18 }));
  expect(split.device + split.host + split.link + split.disk).toBeCloseTo(1, 9);
  expect(split.host).toBeGreaterThan(split.device);
  expect(workers(asked("qwen3-8b", { gpuLayers: 0 }))).toMatchObject({ host: 1, device: 0 });
  const disk = asked("qwen3-8b", { gpuLayers: 0 }, { fromDiskBytes: 2e9 });
  expect(workers(disk).disk).toBeGreaterThan(0.5);
  expect(trafficOf(disk, 0, 512).diskBytesPerToken).toBeLessThanOrEqual(2e9);
});

test("from 32 streams on an answer's weights are copied too: each stream costs less than the copy, and no step is for free", () => {
  const input = asked("qwen3-8b", { gpuLayers: 18 });
  const at32 = decodePace({ ...input, streams: 32 }, 1024)!;
  expect(at32.workers!.link).toBeGreaterThan(0.5);
  expect(decodePace({ ...input, streams: 31 }, 1024)!.workers!.link).toBeLessThan(0.01);
  expect(decodePace({ ...input, streams: 64 }, 1024)!.tokensPerSec).toBeGreaterThan(at32.tokensPerSec);
  expect(decodePace({ ...input, streams: 64, opOffload: false }, 1024)!.workers!.link).toBeLessThan(0.01);
});

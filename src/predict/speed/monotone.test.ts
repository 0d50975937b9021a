import fc from "fast-check";
import { expect, test } from "vitest";
import type { Device } from "../../facts/hardware/index.ts";
import type { Geometry, Layer } from "../../facts/model/index.ts";
import { LEAST_COPIED_BATCH } from "./copying.ts";
import { decodePace, prefillPace, type Calibration, type PaceInput } from "./index.ts";
import { CARD, EXPERTS, HOST, inputOf, tensorsOf } from "./testing/rig.ts";

const LAYERS = 24;

/** `window`: every other layer sees so many tokens. */
function dense(window?: number): Geometry {
  const layer = (seen?: number): Layer => ({
    kind: "trunk",
    mixer: {
      kind: "attention",
      span: seen === undefined ? "full" : "sliding",
      ...(seen === undefined ? {} : { window: seen }),
      heads: 16,
      kvHeads: 4,
      keyLength: 128,
      valueLength: 128,
    },
    feedForward: { kind: "dense", length: 8192, gated: true },
  });
  return {
    ...EXPERTS,
    architecture: "llama",
    layers: Array.from({ length: LAYERS }, (_, index) => layer(index % 2 === 0 ? window : undefined)),
  };
}

const FAMILIES: readonly Pick<Device, "vendor" | "backend" | "family">[] = [
  ...["Pascal", "Volta", "Turing", "Ampere", "Ada", "Hopper", "Blackwell"].map((family) => ({
    vendor: "nvidia" as const,
    backend: "cuda" as const,
    family,
  })),
  { vendor: "apple", backend: "metal", family: "Apple M1" },
  { vendor: "apple", backend: "metal", family: "Apple M4" },
  { vendor: "amd", backend: "rocm", family: "RDNA 3" },
  { vendor: "amd", backend: "vulkan", family: "RDNA 3.5" },
  { vendor: "amd", backend: "rocm", family: "CDNA" },
  { vendor: "intel", backend: "vulkan", family: "Alchemist" },
  { vendor: "intel", backend: "sycl", family: "Battlemage" },
];

const models = fc.record({
  geometry: fc.constantFrom(dense(), dense(1024), EXPERTS),
  type: fc.constantFrom("Q4_K", "Q8_0", "F16", "BF16"),
});
const factor = fc.double({ min: 0.3, max: 3, noNaN: true });
/** What a machine may have been measured at. */
const calibrations: fc.Arbitrary<Calibration | undefined> = fc.option(
  fc.tuple(factor, factor, factor).map(([first, added, beyond]): Calibration => ({
    decode: { factor: first, spread: 0.2, runs: 3, added: { factor: added, from: 36 } },
    prefill: {
      factor: first,
      spread: 0.2,
      runs: 3,
      added: { factor: added, from: 20, beyond: { factor: beyond, from: 320 } },
    },
  })),
  { nil: undefined },
);
const asMeasured = (calibration: Calibration | undefined) => (calibration ? { calibration } : {});

const onProcessor: fc.Arbitrary<PaceInput> = fc
  .record({
    model: models,
    calibration: calibrations,
    threads: fc.constantFrom(1, 2, 8, 32),
    bandwidth: fc.double({ min: 5e9, max: 5e11, noNaN: true }),
    features: fc.constantFrom<string[]>([], ["avx2"], ["avx512f", "avx512-vnni"]),
    microBatch: fc.constantFrom(64, 512, 2048),
  })
  .map(({ model: { geometry, type }, calibration, threads, bandwidth, features, microBatch }) =>
    inputOf(geometry, {
      tensors: tensorsOf(geometry, type),
      devices: [],
      placement: Array.from({ length: geometry.layers.length + 1 }, () => "host" as const),
      host: { ...HOST, cpu: { ...HOST.cpu, features }, bandwidthBytesPerSec: bandwidth },
      threads,
      microBatch,
      ...asMeasured(calibration),
    }),
  );

const onCards: fc.Arbitrary<PaceInput> = fc
  .record({
    model: models,
    calibration: calibrations,
    family: fc.constantFrom(...FAMILIES),
    bandwidth: fc.double({ min: 1e11, max: 4e12, noNaN: true }),
    flopsPerByte: fc.double({ min: 30, max: 400, noNaN: true }),
    cards: fc.constantFrom(1, 2, 3, 8),
    flashAttention: fc.boolean(),
    microBatch: fc.constantFrom(8, 64, 512, 2048),
  })
  .map(({ model: { geometry, type }, calibration, family, bandwidth, flopsPerByte, cards, ...settings }) => {
    const flopsPerSec = bandwidth * flopsPerByte;
    const card: Device = {
      ...CARD,
      ...family,
      memoryKind: family.vendor === "apple" ? "unified" : "discrete",
      bandwidthBytesPerSec: bandwidth,
      flopsPerSec,
      int8OpsPerSec: 2 * flopsPerSec,
      shaderFlopsPerSec: flopsPerSec / 4,
    };
    const layers = geometry.layers.length + 1;
    return inputOf(geometry, {
      tensors: tensorsOf(geometry, type),
      devices: Array.from({ length: cards }, () => card),
      placement: Array.from({ length: layers }, (_, layer) => Math.floor((layer * cards) / layers)),
      ...settings,
      ...asMeasured(calibration),
    });
  });

/** Few tokens, lengths around micro-batches and anything else, shorter first. */
const twoLengths = fc
  .tuple(lengths(), lengths())
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

function lengths(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -1, max: 1 })).map(([n, by]) => 512 * n + by),
    fc.integer({ min: 1, max: 100_000 }),
  );
}

const promptSeconds = (input: PaceInput, tokens: number) => tokens / prefillPace(input, tokens)!.tokensPerSec;
const stepSeconds = (input: PaceInput, depth: number) => 1 / decodePace(input, depth)!.tokensPerSec;
/** nothing but the last bits of a double */
const SLACK = 1 + 1e-9;

test.each([
  ["a processor", onProcessor],
  ["one to eight cards", onCards],
])("a longer prompt never takes less, nor a step with a fuller cache: %s", (_, inputs) => {
  fc.assert(
    fc.property(inputs, twoLengths, (input, [shorter, longer]) => {
      expect(promptSeconds(input, shorter)).toBeLessThanOrEqual(promptSeconds(input, longer) * SLACK);
      expect(stepSeconds(input, shorter)).toBeLessThanOrEqual(stepSeconds(input, longer) * SLACK);
    }),
    { numRuns: 300 },
  );
});

test("the one exception is the engine's: from 32 tokens on host weights go to the device, and a prompt may get faster", () => {
  const input = inputOf(dense(), {
    placement: Array.from({ length: LAYERS + 1 }, (_, layer) => (layer < 12 ? "host" : 0)),
  });
  const few = LEAST_COPIED_BATCH - 1;
  expect(promptSeconds(input, few)).toBeGreaterThan(promptSeconds(input, LEAST_COPIED_BATCH));
  fc.assert(
    fc.property(twoLengths, ([shorter, longer]) => {
      if (shorter <= few && longer > few) return;
      expect(promptSeconds(input, shorter)).toBeLessThanOrEqual(promptSeconds(input, longer) * SLACK);
    }),
  );
});

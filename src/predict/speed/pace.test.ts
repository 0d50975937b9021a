import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Device, Host } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { decodePace, prefillPace, type PaceInput } from "./index.ts";

const LAYERS = 24;
const geometry: Geometry = {
  architecture: "llama",
  embeddingLength: 2048,
  vocabularySize: 32000,
  contextLength: 8192,
  tiedEmbeddings: false,
  layers: Array.from({ length: LAYERS }, () => ({
    kind: "trunk" as const,
    mixer: {
      kind: "attention" as const,
      span: "full" as const,
      heads: 16,
      kvHeads: 4,
      keyLength: 128,
      valueLength: 128,
    },
    feedForward: { kind: "dense" as const, length: 8192, gated: true },
  })),
};

const matrix = (name: string, ...shape: number[]): Tensor => ({
  name,
  shape,
  type: "F16",
  bytes: shape.reduce((product, length) => product * length, 2),
  offset: 0,
  file: 0,
});
const tensors: Tensor[] = [
  matrix("token_embd.weight", 2048, 32000),
  ...Array.from({ length: LAYERS }, (_, layer) => matrix(`blk.${layer}.ffn_up.weight`, 2048, 16384)),
  matrix("output.weight", 2048, 32000),
];
const host = (features: string[], bandwidthBytesPerSec?: number): Host => ({
  cpu: { model: "CPU", vendor: "x", physicalCores: 8, logicalCores: 16, features },
  ramBytes: 64e9,
  availableBytes: 60e9,
  swapBytes: 0,
  os: "linux",
  arch: "x64",
  ...(bandwidthBytesPerSec === undefined ? {} : { bandwidthBytesPerSec }),
});
const card: Device = {
  id: "GPU-0",
  name: "Card",
  vendor: "nvidia",
  backend: "cuda",
  memoryKind: "discrete",
  bandwidthBytesPerSec: 1e12,
  flopsPerSec: 100e12,
};
const input = (other: Partial<PaceInput> = {}): PaceInput => ({
  geometry,
  tensors,
  host: host(["avx2"], 40e9),
  devices: [card],
  placement: Array.from({ length: LAYERS + 1 }, () => "host" as const),
  threads: 1,
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  microBatch: 512,
  ...other,
});
const split = (onCard: number) =>
  Array.from({ length: LAYERS + 1 }, (_, layer): number | "host" => (layer >= LAYERS + 1 - onCard ? 0 : "host"));

const UNITS: Record<string, number> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  us: 1e-6,
  tokens: 1,
  layers: 1,
  GFLOP: 1e9,
  "MB/s": 1e6,
  "GB/s": 1e9,
  "TB/s": 1e12,
  "GFLOP/s": 1e9,
};

/** Redoes a printed formula as a person would, from its text alone. */
function redo(formula: string): number {
  const plain = formula
    .replace(/\[this machine, \d+ runs?\]/, "")
    .replace(/ \[[a-z, ]+\]/g, "")
    .replace(/([\d.]+) ([A-Za-z]+(?:\/s)?)/g, (_, value: string, unit: string) => String(Number(value) * UNITS[unit]!))
    .replaceAll("hypot", "Math.hypot")
    .replaceAll(" x ", " * ");
  expect(plain).toMatch(/^[\d.e+\-*/(), ]*(Math\.hypot[\d.e+\-*/(), ]*)*$/);
  return Number(runInNewContext(plain));
}

test.each([
  ["on the host", {}],
  ["on the card", { placement: split(LAYERS + 1) }],
  ["split", { placement: split(10) }],
  [
    "calibrated",
    { calibration: { decode: { factor: 0.7, spread: 0.2, runs: 3 }, prefill: { factor: 1.3, spread: 0.2, runs: 3 } } },
  ],
])("the printed formula gives the printed pace: %s", (_, other) => {
  for (const pace of [
    decodePace(input(other), 0),
    decodePace(input(other), 8192),
    prefillPace(input(other), 40),
    prefillPace(input(other), 4096),
  ]) {
    expect(redo(pace!.formula) / pace!.tokensPerSec).toBeCloseTo(1, 2);
    expect(pace!.low).toBeLessThan(pace!.tokensPerSec);
    expect(pace!.high).toBeGreaterThan(pace!.tokensPerSec);
    expect(pace!.shareOfLimit).toBeGreaterThan(0);
    expect(pace!.shareOfLimit).toBeLessThanOrEqual(1);
  }
});

test("a calibration of several streams counts for several only; without one that of a single stream does", () => {
  const of = (factor: number) => ({ factor, spread: 0.2, runs: 3 });
  const rate = (streams: number, calibration?: object) =>
    decodePace(input({ streams, ...(calibration ? { calibration } : {}) }), 100)!.tokensPerSec;
  const both = { decode: of(0.7), together: of(0.4) };
  expect(rate(1, both) / rate(1)).toBeCloseTo(0.7, 9);
  expect(rate(4, both) / rate(4)).toBeCloseTo(0.4, 9);
  expect(rate(4, { decode: of(0.7) }) / rate(4)).toBeCloseTo(0.7, 9);
  expect(rate(1, { together: of(0.4) })).toBe(rate(1));
});

test("what bounds it: kernels of one thread, memory of many, launches of tiny layers", () => {
  expect(decodePace(input(), 0)?.bound).toBe("compute");
  expect(decodePace(input({ threads: 8 }), 0)?.bound).toBe("bandwidth");
  const tiny = tensors.map((tensor) => ({ ...tensor, shape: [2], bytes: 4 }));
  expect(decodePace(input({ tensors: tiny }), 0)?.bound).toBe("overhead");
  expect(
    prefillPace(input({ tensors: tiny, geometry: { ...geometry, layers: geometry.layers.slice(0, 1) } }), 1)?.bound,
  ).toBe("overhead");
  expect(prefillPace(input({ devices: [] }), 512)?.bound).toBe("compute");
});

test("a card's prefill is set against its matrix rate, not against what is left after losses", () => {
  const pace = prefillPace(input({ placement: split(LAYERS + 1) }), 512)!;
  expect(pace.bound).toBe("compute");
  expect(pace.shareOfLimit).toBeLessThan(0.5);
});

test("the least certain place gives the provenance, wherever it stands in the order", () => {
  const unmeasured = host(["avx2"]);
  expect(decodePace(input(), 0)?.provenance).toBe("formula");
  expect(decodePace(input({ placement: split(10) }), 0)?.provenance).toBe("datasheet");
  expect(decodePace(input({ placement: split(10), host: unmeasured }), 0)?.provenance).toBe("assumed");
  expect(decodePace(input({ placement: split(10).toReversed(), host: unmeasured }), 0)?.provenance).toBe("assumed");
});

test("slower with a longer cache, faster with more threads; no number without a bandwidth", () => {
  const at = (depth: number, threads = 1) => decodePace(input({ threads }), depth)!.tokensPerSec;
  expect(at(8192)).toBeLessThan(at(0));
  expect(at(0, 4)).toBeGreaterThan(at(0));
  const { bandwidthBytesPerSec: _, ...unknown } = card;
  expect(decodePace(input({ devices: [unknown], placement: split(10) }), 0)).toBeUndefined();
});

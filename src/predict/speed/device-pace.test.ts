import { describe, expect, it } from "vitest";
import {
  deviceCatalog,
  type Backend,
  type Device,
  type Host,
  type Rig,
  type Vendor,
} from "../../facts/hardware/index.ts";
import { draftTensors, type Geometry } from "../../facts/model/index.ts";
import { rowBytes, tensorType } from "../../facts/weights/index.ts";
import { decodePace, prefillPace, type PaceInput } from "./index.ts";

const GIB = 2 ** 30;
const { withCatalog } = await deviceCatalog();

const HOST: Host = {
  cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
  ramBytes: 192 * GIB,
  availableBytes: 180 * GIB,
  swapBytes: 0,
  os: "linux",
  arch: "x64",
};

/** Llama 3 8B: dimensions as Meta publishes them. */
const LLAMA_8B: Geometry = {
  architecture: "llama",
  embeddingLength: 4096,
  vocabularySize: 128256,
  contextLength: 8192,
  tiedEmbeddings: false,
  layers: Array.from({ length: 32 }, () => ({
    kind: "trunk",
    mixer: { kind: "attention", span: "full", heads: 32, kvHeads: 8, keyLength: 128, valueLength: 128 },
    feedForward: { kind: "dense", length: 14336, gated: true },
  })),
};

/** The mix that llama.cpp calls Q4_K_M, 4.58 GiB of it: half of the value and down matrices and the output in Q6_K. */
function mixedType(name: string): string {
  const layer = /^blk\.(\d+)\.(?:attn_v|ffn_down)\./.exec(name)?.[1];
  const better = layer === undefined ? name === "output.weight" : Number(layer) % 2 === 0;
  return better ? "Q6_K" : "Q4_K";
}

function inputFor(
  device: Partial<Device> & Pick<Device, "name" | "vendor" | "backend">,
  typeOf = mixedType,
): PaceInput {
  const memoryKind = device.vendor === "apple" ? "unified" : "discrete";
  // macOS lets the GPU have three quarters
  const ramBytes = memoryKind === "unified" ? ((device.totalBytes ?? 0) * 4) / 3 : HOST.ramBytes;
  const rig: Rig = { name: "made up", host: { ...HOST, ramBytes }, devices: [{ id: "GPU0", memoryKind, ...device }] };
  return {
    geometry: LLAMA_8B,
    tensors: draftTensors(LLAMA_8B, typeOf).map((tensor) => ({
      ...tensor,
      file: 0,
      offset: 0,
      bytes: tensor.shape
        .slice(1)
        .reduce((rows, length) => rows * length, rowBytes(tensorType(tensor.type)!, tensor.shape[0]!)),
    })),
    host: HOST,
    devices: withCatalog(rig).devices,
    placement: Array.from({ length: 33 }, () => 0),
    threads: 1,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    microBatch: 512,
  };
}

type Published = readonly [
  name: string,
  vendor: Vendor,
  backend: Backend,
  gib: number,
  decode: number,
  prefill: number,
  /** month of the build, where it is an old one */
  built: string | undefined,
];

/**
 * Measured tokens per second of an 8B Q4_K_M, cache nearly empty and a prompt of 512 to 2048, as published: GPU-Benchmarks on
 * LLM Inference (May 2024; the A40, Ada and M2 Ultra rows), LLM-inference-speed-benchmarks #12 (RTX 3080), llama.cpp #26284
 * (RX 7900 XTX), normiebench (M1 Max).
 */
const PUBLISHED: readonly Published[] = [
  ["NVIDIA GeForce RTX 4090", "nvidia", "cuda", 24, 130.6, 7139, "2024-05"],
  ["NVIDIA GeForce RTX 4080", "nvidia", "cuda", 16, 108.2, 5390, "2024-05"],
  ["NVIDIA GeForce RTX 3080", "nvidia", "cuda", 10, 112, 3807, undefined],
  ["NVIDIA RTX 6000 Ada Generation", "nvidia", "cuda", 48, 133.4, 5792, "2024-05"],
  ["NVIDIA RTX 4000 Ada Generation", "nvidia", "cuda", 20, 59.1, 2452, "2024-05"],
  ["NVIDIA A40", "nvidia", "cuda", 45, 91.3, 3325, "2024-05"],
  ["AMD Radeon RX 7900 XTX", "amd", "rocm", 24, 105.8, 3227, undefined],
  ["Apple M2 Ultra", "apple", "metal", 144, 78.8, 994, "2024-05"],
  ["Apple M1 Max", "apple", "metal", 48, 46.2, 500, undefined],
];

const published = PUBLISHED.flatMap(([name, vendor, backend, gib, decode, prefill, built]) => {
  const input = {
    ...inputFor({ name, vendor, backend, totalBytes: gib * GIB }),
    ...(built !== undefined && { built }),
  };
  return [
    { name: `${name}, decode`, pace: decodePace(input, 64)!, measured: decode },
    { name: `${name}, prefill`, pace: prefillPace(input, 512)!, measured: prefill },
  ];
});

/** An 80% band leaves some out: what lies outside stands here by name, and is out by no more than a twentieth. */
const OUTSIDE: ReadonlySet<string> = new Set(["AMD Radeon RX 7900 XTX, decode"]);

describe("a device looked up in the catalog reaches published rates", () => {
  it.each(published)("$name", ({ name, pace, measured }) => {
    const inside = pace.low < measured && measured < pace.high;
    expect(inside).toBe(!OUTSIDE.has(name));
    expect(pace.low * 0.95).toBeLessThan(measured);
    expect(pace.high * 1.05).toBeGreaterThan(measured);
    expect(pace.provenance).toBe("datasheet");
  });
});

const RTX_4090 = { name: "NVIDIA GeForce RTX 4090", vendor: "nvidia", backend: "cuda", totalBytes: 24 * GIB } as const;

it("never claims more than the memory can bring", () => {
  for (const type of ["F16", "Q8_0", "Q4_K"]) {
    const pace = decodePace(
      inputFor(RTX_4090, () => type),
      0,
    )!;
    expect(pace.shareOfLimit).toBeLessThan(0.9);
    expect(pace.bound).toBe("bandwidth");
  }
});

it("grows slower with the depth of the cache", () => {
  const at = (depth: number) => decodePace(inputFor(RTX_4090), depth)!.tokensPerSec;
  expect(at(8192)).toBeLessThan(at(0) * 0.95);
  expect(at(8192)).toBeGreaterThan(at(0) * 0.6);
});

it("claims no pace for a device without a bandwidth", () => {
  const input = inputFor({ name: "GPU 10de:ffff", vendor: "nvidia", backend: "cuda" });
  expect(decodePace(input, 0)).toBeUndefined();
  expect(prefillPace(input, 512)).toBeUndefined();
});

it("says that a matrix rate which nobody published is assumed, and widens the band", () => {
  const device = { ...RTX_4090, name: "unknown", bandwidthBytesPerSec: 1008e9 };
  const [known, unknown] = [prefillPace(inputFor(RTX_4090), 512)!, prefillPace(inputFor(device), 512)!];
  expect(unknown.provenance).toBe("assumed");
  expect(unknown.high / unknown.low).toBeGreaterThan(known.high / known.low);
  expect(decodePace(inputFor(device), 0)!.provenance).toBe("datasheet");
});

it("multiplies quantised prompts with integer dot products where those are faster than half precision", () => {
  // 831 tok/s of an 8B Q5_0, llama.cpp #7716
  const pace = prefillPace(
    inputFor({ name: "Tesla P40", vendor: "nvidia", backend: "cuda" }, () => "Q5_0"),
    2048,
  )!;
  expect(pace.low).toBeLessThan(831);
  expect(pace.high).toBeGreaterThan(831);
});

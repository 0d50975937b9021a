import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Backend, Device } from "../../facts/hardware/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { beyondOnDevice, processMemory } from "./index.ts";

const MIB = 2 ** 20;

const device = (backend: Backend, architecture?: string): Device => ({
  id: "GPU-0",
  name: "card",
  vendor: "nvidia",
  backend,
  memoryKind: "discrete",
  ...(architecture === undefined ? {} : { architecture }),
});
const matrix = (name: string, ...shape: number[]): Tensor => ({
  name,
  type: "Q4_K",
  shape,
  bytes: 0,
  offset: 0,
  file: 0,
});
/** of a model of 8 billion parameters */
const tensors = [
  matrix("blk.0.ffn_up.weight", 4096, 14336),
  matrix("blk.0.ffn_down.weight", 14336, 4096),
  matrix("output.weight", 4096, 128256),
  matrix("blk.0.attn_norm.weight", 4096),
];
const all = (of: Device, microBatch = 512, buffers: readonly number[] = []) => {
  const parts = beyondOnDevice({ device: of, tensors, microBatch, buffers });
  const end = (key: "low" | "high") => parts.reduce((total, part) => total + (part[key] ?? part.value), 0) / MIB;
  return { parts, low: end("low"), high: end("high") };
};

describe("what published tables of llama.cpp leave unaccounted lies inside the interval", () => {
  it.each<[string, Device, readonly number[]]>([
    ["A40", device("cuda", "8.6"), [298]],
    ["RTX 4090", device("cuda", "8.9"), [451, 456]],
    ["RTX PRO 6000", device("cuda", "12.0"), [749, 753]],
    ["MI50", device("rocm", "gfx906"), [253]],
    ["RX 9070 XT", device("rocm", "gfx1201"), [1221, 1241]],
    ["L4 under Vulkan", device("vulkan", "8.9"), [251]],
    ["a card of unknown make", device("cuda"), [298, 753]],
  ])("%s", (_, of, published) => {
    const { low, high } = all(of);
    for (const mib of published) expect(mib >= low && mib <= high, `${mib} in ${low} to ${high}`).toBe(true);
  });
});

it("is named, with an interval and a source, on every back end", () => {
  for (const backend of ["cuda", "rocm", "vulkan", "metal", "sycl", "cpu"] as const) {
    const { parts } = all(device(backend), 512, [1, 3 * MIB + 5]);
    expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
    for (const { low, value, high, provenance, because } of [...parts, processMemory()]) {
      expect(low! <= value && value <= high!).toBe(true);
      expect(provenance).toBe("assumed");
      expect(because!.length).toBeGreaterThan(10);
    }
  }
});

it("rounds each buffer up to the driver's page, and to no more than a page each", () => {
  const slack = (buffers: readonly number[]) =>
    beyondOnDevice({ device: device("cuda"), tensors, microBatch: 512, buffers }).find(({ key }) => key === "slack")
      ?.value ?? 0;
  expect(slack([2 * MIB, 8 * MIB])).toBe(0);
  expect(slack([2 * MIB + 1, 1])).toBe(4 * MIB - 2);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 36 }), { maxLength: 20 }), (buffers) => {
      expect(slack(buffers)).toBeLessThan(buffers.length * 2 * MIB + 1);
      expect((buffers.reduce((sum, bytes) => sum + bytes, 0) + slack(buffers)) % (2 * MIB)).toBe(0);
    }),
  );
});

it("grows with the micro-batch, and does not count the output matrix, which sees a row a sequence", () => {
  const pools = (microBatch: number, of: readonly Tensor[]) =>
    beyondOnDevice({ device: device("cuda"), tensors: of, microBatch, buffers: [] }).find(
      ({ key }) => key === "pools",
    )!;
  // 512 tokens x 14336 values x 36 bytes for 32 of them, and 8 MiB
  expect(pools(512, tensors).value).toBe((512 * 14336 * 36) / 32 + 8 * MIB);
  expect(pools(2048, tensors).high!).toBeGreaterThan(pools(512, tensors).high!);
  expect(
    pools(
      512,
      tensors.filter(({ name }) => name !== "output.weight"),
    ),
  ).toEqual(pools(512, tensors));
  expect(pools(512, []).value).toBe(8 * MIB);
});

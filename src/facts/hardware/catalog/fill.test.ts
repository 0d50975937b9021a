import { expect, it } from "vitest";
import type { Device, Rig } from "../rig.ts";
import { withCatalog } from "./fill.ts";

const GIB = 2 ** 30;
const HOST: Rig["host"] = {
  cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: [] },
  ramBytes: 64 * GIB,
  availableBytes: 60 * GIB,
  swapBytes: 0,
  os: "linux",
  arch: "x64",
};
const fill = (device: Partial<Device> & Pick<Device, "name">, ramBytes = HOST.ramBytes): Device =>
  withCatalog({
    name: "rig",
    host: { ...HOST, ramBytes },
    devices: [{ id: "GPU0", vendor: "nvidia", backend: "cuda", memoryKind: "discrete", ...device }],
  }).devices[0]!;
const m1 = (gpuCores: number) =>
  fill({ name: "Apple M1 Max", vendor: "apple", backend: "metal", memoryKind: "unified", gpuCores });

it("fills what no tool prints and leaves what one did", () => {
  const seen = { name: "NVIDIA GeForce RTX 4090", totalBytes: 24564 * 2 ** 20, powerLimitWatts: 300 };
  expect(fill(seen)).toMatchObject({
    ...seen,
    bandwidthBytesPerSec: 1008e9,
    flopsPerSec: 330.3e12,
    shaderFlopsPerSec: 82.58e12,
    memoryType: "GDDR6X",
    catalogId: "nvidia-geforce-rtx-4090",
  });
  expect(fill({ ...seen, bandwidthBytesPerSec: 9e11, flopsPerSec: 1e14 })).toMatchObject({
    bandwidthBytesPerSec: 9e11,
    flopsPerSec: 1e14,
  });
});

it("counts the cores that are switched on", () => {
  expect(m1(32).flopsPerSec).toBe(10.4e12);
  expect(m1(24)).toMatchObject({ flopsPerSec: 7.8e12, bandwidthBytesPerSec: 409.6e9 });
});

it("says where a rate is scaled from a claim", () => {
  const gb10 = fill({ name: "NVIDIA GB10", memoryKind: "unified" }, 119 * GIB);
  expect(gb10).toMatchObject({ catalogId: "nvidia-gb10-dgx-spark", flopsBasis: "estimate" });
  expect(fill({ name: "NVIDIA GeForce RTX 4090" }).flopsBasis).toBeUndefined();
});

it("takes no bandwidth from memory, and none that depends on the board", () => {
  const recalled = fill({ name: "NVIDIA RTX 2000 Ada Generation", totalBytes: 16380 * 2 ** 20 });
  expect(recalled.catalogId).toBe("nvidia-rtx-2000-ada-generation");
  expect(recalled.bandwidthBytesPerSec).toBeUndefined();
  const fitted = fill({ name: "AMD Radeon 780M Graphics", vendor: "amd", backend: "vulkan", memoryKind: "unified" });
  expect(fitted.catalogId).toBe("amd-radeon-780m");
  expect(fitted.bandwidthBytesPerSec).toBeUndefined();
});

it("leaves a device alone that it does not know", () => {
  const device = { name: "GPU 10de:ffff" };
  expect(Object.keys(fill(device)).sort()).toEqual(["backend", "id", "memoryKind", "name", "vendor"]);
});

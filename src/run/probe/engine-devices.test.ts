import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Device, Rig } from "../../facts/hardware/index.ts";
import { capEngineDevices, engineDevices, withEngineDevices } from "./engine-devices.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

const RIG: Rig = {
  name: "made-up",
  host: {
    cpu: { model: "Made Up", vendor: "MadeUp", physicalCores: 8, logicalCores: 16, features: [] },
    ramBytes: 64 * GIB,
    availableBytes: 48 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
  },
  devices: [],
};

function card(id: string, name: string, more: Partial<Device> = {}): Device {
  return { id, name, vendor: "nvidia", backend: "cuda", memoryKind: "discrete", ...more };
}

describe("what an engine lists", () => {
  test("a list: names, sizes, other machines' devices, no library that is no device", () => {
    const devices = engineDevices(fixture("llamacpp-list.txt"));
    expect(devices.map((device) => device.id)).toEqual(["CUDA0", "CUDA1", "Vulkan0", "RPC0[127.0.0.1:50052]"]);
    expect(devices[0]).toMatchObject({
      totalBytes: 20000 * MIB,
      freeBytes: 17001 * MIB,
      architecture: "9.9",
      backend: "cuda",
    });
    expect(devices[2]).toMatchObject({ name: "Radeon Made Up Graphics (RADV SOME_CHIP)", memoryKind: "unified" });
    expect(devices[3]).not.toHaveProperty("backend");
  });

  test("a log: Vulkan's free may be the heap's size; a program on the processor is marked", () => {
    const [gpu, program] = engineDevices(fixture("llamacpp-log.txt"));
    expect(gpu).toMatchObject({ freeBytes: 20000 * MIB, freeIsMeasured: false, pciAddress: "0000:21:00.0" });
    expect(program).toMatchObject({ id: "Vulkan1", software: true });
    expect(program).not.toHaveProperty("pciAddress");
  });

  test("a fit: what the engine would take", () => {
    expect(engineDevices(fixture("llamacpp-fit.txt"))).toMatchObject([
      { id: "ROCm0", name: "Made Up (X)", totalBytes: 50000 * MIB, freeBytes: 40000 * MIB, neededBytes: 3000 * MIB },
    ]);
  });

  test("Metal counts in millions, SYCL too and lists a card twice", () => {
    expect(engineDevices(fixture("metal.txt"))).toMatchObject([
      { id: "Metal", totalBytes: 17179870000, memoryKind: "unified" },
    ]);
    expect(engineDevices(fixture("sycl-table.txt"))).toMatchObject([
      { id: "SYCL0", totalBytes: 12e9, memoryKind: "discrete" },
      { id: "SYCL2", totalBytes: 40e9, memoryKind: "unified" },
    ]);
    expect(engineDevices(fixture("sycl-old.txt"))).toMatchObject([{ id: "SYCL0", totalBytes: 12e9 }]);
    expect(engineDevices("")).toEqual([]);
    const newer =
      "ggml_metal_device_init: GPU name:   MTL0 (Apple M9)\nggml_metal_device_init: has unified memory    = true\n";
    expect(engineDevices(newer)).toMatchObject([{ id: "MTL0", name: "Apple M9", memoryKind: "unified" }]);
  });

  test("a server's log: a list behind a prefix; layers that were placed are no list", () => {
    const log = [
      "0.00.100.200 I device_info:",
      "0.00.100.201 I   - CUDA0   : NVIDIA GeForce RTX 9010 (20000 MiB, 17001 MiB free)",
      "0.00.100.202 I   - CPU     : Some Processor (64000 MiB, 48000 MiB free)",
      "common_fit: CUDA0: 12 layers,   3000 MiB used,   500 MiB free",
    ];
    expect(engineDevices(log.join("\n"))).toMatchObject([
      { id: "CUDA0", name: "NVIDIA GeForce RTX 9010", freeBytes: 17001 * MIB },
    ]);
    expect(engineDevices(log.join("\n"))).toHaveLength(1);
  });

  test("free is never above total, and shared memory never above the host's", () => {
    const capped = capEngineDevices(engineDevices(fixture("llamacpp-list.txt")), RIG.host);
    expect(capped[2]).toMatchObject({ totalBytes: 64 * GIB, freeBytes: 48 * GIB });
    expect(capped[0]).toMatchObject({ freeBytes: 17001 * MIB });
    const odd = capEngineDevices(
      [{ id: "ROCm0", architecture: "gfx1151", totalBytes: 90 * GIB, freeBytes: 95 * GIB }],
      {
        ...RIG.host,
        carvedOutBytes: 4 * GIB,
      },
    );
    expect(odd).toMatchObject([{ totalBytes: 68 * GIB, freeBytes: 52 * GIB }]);
  });
});

describe("the rig as the engine sees it", () => {
  test("the engine's order and names, the probe's knowledge", () => {
    const rig: Rig = {
      ...RIG,
      devices: [
        card("CUDA0", "NVIDIA GeForce RTX 9005", { powerLimitWatts: 100 }),
        card("CUDA1", "NVIDIA GeForce RTX 9010", { powerLimitWatts: 275, freeBytes: 17000 * MIB }),
      ],
      links: [{ between: ["CUDA0", "CUDA1"], kind: "nvlink", count: 6 }],
    };
    const seen = withEngineDevices(rig, engineDevices(fixture("llamacpp-list.txt")));
    expect(seen.devices).toMatchObject([
      { id: "CUDA0", name: "NVIDIA GeForce RTX 9010", powerLimitWatts: 275, freeBytes: 17001 * MIB },
      { id: "CUDA1", name: "NVIDIA GeForce RTX 9005", powerLimitWatts: 100 },
      { id: "Vulkan0", vendor: "amd", memoryKind: "unified", freeBytes: 48 * GIB },
    ]);
    expect(seen.links).toEqual([{ between: ["CUDA1", "CUDA0"], kind: "nvlink", count: 6 }]);
  });

  test("cards whose names differ between tools are told apart by size", () => {
    const amd = { vendor: "amd", backend: "rocm" } as const;
    const devices = [
      card("ROCm0", "AMD Made Up", { ...amd, totalBytes: 8 * GIB, powerLimitWatts: 80 }),
      card("ROCm1", "AMD Made Up", { ...amd, totalBytes: 16 * GIB, powerLimitWatts: 160 }),
    ];
    const list =
      "  Vulkan0: Radeon 16 (RADV X) (16000 MiB, 15000 MiB free)\n  Vulkan1: Radeon 8 (RADV Y) (8000 MiB, 7000 MiB free)\n";
    expect(withEngineDevices({ ...RIG, devices }, engineDevices(list)).devices).toMatchObject([
      { id: "Vulkan0", powerLimitWatts: 160 },
      { id: "Vulkan1", powerLimitWatts: 80 },
    ]);
  });

  test("a free figure that may be a heap's size gives way to the driver's; programs count only when asked for", () => {
    const rig: Rig = {
      ...RIG,
      devices: [
        card("CUDA0", "NVIDIA GeForce RTX 9010", {
          pciAddress: "0000:21:00.0",
          totalBytes: 20000 * MIB,
          freeBytes: 9000 * MIB,
        }),
      ],
    };
    const log = engineDevices(fixture("llamacpp-log.txt"));
    expect(withEngineDevices(rig, log).devices).toMatchObject([
      { id: "Vulkan0", backend: "vulkan", freeBytes: 9000 * MIB },
    ]);
    expect(withEngineDevices(rig, log, { keepSoftware: true }).devices).toMatchObject([
      {},
      { id: "Vulkan1", vendor: "generic" },
    ]);
    const [alone] = withEngineDevices(RIG, log).devices;
    expect(alone).toMatchObject({ totalBytes: 20000 * MIB });
    expect(alone).not.toHaveProperty("freeBytes");
  });
});

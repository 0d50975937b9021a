import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpuFeatures, type Device, type DeviceLimits } from "../../src/facts/hardware/index.ts";

/** Mesa's software device as of 22.3, for machines without `vulkaninfo`. */
const SOFTWARE_DEVICE: Required<DeviceLimits> = {
  maxAllocationBytes: 2 ** 31,
  maxStorageBufferBytes: 2 ** 27,
  maxBufferBytes: 2 ** 32 - 1,
  offsetAlignmentBytes: 16,
  hostAlignmentBytes: 64,
};

const NAMES: Readonly<Record<keyof DeviceLimits, string>> = {
  maxAllocationBytes: "maxMemoryAllocationSize",
  maxStorageBufferBytes: "maxStorageBufferRange",
  maxBufferBytes: "maxBufferSize",
  offsetAlignmentBytes: "minStorageBufferOffsetAlignment",
  hostAlignmentBytes: "minMemoryMapAlignment",
};

/** The same Vulkan device, listed `count` times. */
export function vulkanDevices(count: number, limits: DeviceLimits): Device[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `Vulkan${index}`,
    name: "llvmpipe",
    vendor: "generic",
    backend: "vulkan",
    // a software device is not called integrated by its driver
    memoryKind: "discrete",
    totalBytes: 2 ** 31,
    freeBytes: 2 ** 31,
    limits,
  }));
}

/** Limits of the first Vulkan device, as its driver says. */
export function vulkanLimits(): DeviceLimits {
  const { stdout } = spawnSync("vulkaninfo", { encoding: "utf8" });
  const read = (key: keyof DeviceLimits): number => {
    const match = new RegExp(`${NAMES[key]}\\s*=\\s*(0x[0-9a-f]+|\\d+)`, "i").exec(stdout ?? "");
    return match === null ? SOFTWARE_DEVICE[key] : Number(match[1]);
  };
  return {
    maxAllocationBytes: read("maxAllocationBytes"),
    maxStorageBufferBytes: read("maxStorageBufferBytes"),
    maxBufferBytes: read("maxBufferBytes"),
    offsetAlignmentBytes: read("offsetAlignmentBytes"),
    hostAlignmentBytes: read("hostAlignmentBytes"),
  };
}

/** Instruction sets of this processor. */
export function hostFeatures(): string[] {
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/) ?? [];
  return cpuFeatures(flags);
}

import type { Device } from "../../../../facts/hardware/index.ts";
import type { LlamaCppBuild } from "../../../../facts/runtime/index.ts";
import type { DeviceBackend } from "./backend.ts";
import { cudaHostBuffer } from "./cuda.ts";
import { metalBackend, metalBuffer } from "./metal.ts";
import { syclBackend, syclBuffer } from "./sycl.ts";
import { vulkanBackend, vulkanBuffer, vulkanHostBuffer, type VulkanLimits } from "./vulkan.ts";

export interface OneDevice {
  readonly device: Device;
  readonly name: string;
  readonly place: number;
  readonly build: LlamaCppBuild;
  readonly dryRun: boolean;
}

/** What differs from a usual device is said here, `compared` with it. */
export type MadeBackend = Omit<DeviceBackend, "pipelines" | "wantsMapping" | "compared" | "usesPages"> &
  Partial<DeviceBackend>;

/** Limits of a Vulkan device that says nothing of itself: those of common drivers. */
const COMMON_VULKAN: VulkanLimits = {
  offsetAlignmentBytes: 16,
  hostAlignmentBytes: 64,
  maxStorageBufferBytes: 2 ** 32 - 1,
  maxAllocationBytes: 2 ** 32 - 1,
  maxBufferBytes: 2 ** 40,
};

const largest = ({ limits }: Device) => limits?.maxBufferBytes ?? limits?.maxAllocationBytes ?? Infinity;

/** Back ends that are not CUDA's: a page loads them when it is asked about one. */
export const OTHER_BACKENDS: Readonly<Partial<Record<Device["backend"], (one: OneDevice) => MadeBackend>>> = {
  vulkan({ device, name, place, build, dryRun }) {
    const limits = { ...COMMON_VULKAN, ...device.limits };
    const host = vulkanHostBuffer(limits);
    return {
      ...vulkanBackend(vulkanBuffer(name, place, limits), limits, build.vulkanOrder),
      hostBufferType: dryRun ? { ...host, overheadBytes: 0 } : host,
    };
  },
  metal({ device, name, place, build }) {
    const buffer = metalBuffer(name, place, largest(device), { largestValues: build.metalLargestValues });
    return { ...metalBackend(buffer), wantsMapping: true, compared: false, usesPages: true };
  },
  sycl({ device, name, place, build }) {
    return {
      ...syclBackend(syclBuffer(name, place, largest(device))),
      wantsMapping: true,
      compared: false,
      hostBufferType: cudaHostBuffer("SYCL_Host", build.hostAlignmentBytes),
    };
  },
};

import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Device } from "../../../../facts/hardware/index.ts";
import type { LlamaCppBuild } from "../../../../facts/runtime/index.ts";
import type { UsedDevice } from "../devices.ts";
import type { DeviceBackend } from "./backend.ts";
import { cpuBuffer } from "./cpu.ts";
import { cudaBackend, cudaBuffer, cudaHostBuffer, type CudaRules } from "./cuda.ts";
import { metalBackend, metalBuffer } from "./metal.ts";
import { rpcBackend } from "./rpc.ts";
import { syclBackend, syclBuffer } from "./sycl.ts";
import { vulkanBackend, vulkanBuffer, vulkanHostBuffer, type VulkanLimits } from "./vulkan.ts";

/** Limits of a Vulkan device that says nothing of itself: those of common drivers. */
const COMMON_VULKAN: VulkanLimits = {
  offsetAlignmentBytes: 16,
  hostAlignmentBytes: 64,
  maxStorageBufferBytes: 2 ** 32 - 1,
  maxAllocationBytes: 2 ** 32 - 1,
  maxBufferBytes: 2 ** 40,
};

/** The back end of one device. `place` is its index among the devices used. A dry run does not see what a back end adds to an allocation. */
export function deviceBackend(used: UsedDevice, place: number, build: LlamaCppBuild, dryRun: boolean): DeviceBackend {
  const { device, name } = used;
  if (device.node === undefined) return localBackend(device, name, place, build, dryRun);
  const remote =
    device.backend === "cpu"
      ? { ...cpuBuffer(build.hostAlignmentBytes), place, host: false }
      : localBackend(device, name, place, build, dryRun).bufferType;
  return {
    ...rpcBackend(name, remote),
    pipelines: build.rpcPipelines,
    wantsMapping: true,
    compared: false,
    usesPages: false,
  };
}

function localBackend(
  device: Device,
  name: string,
  place: number,
  build: LlamaCppBuild,
  dryRun: boolean,
): DeviceBackend {
  const compared = device.backend !== "metal" && device.backend !== "sycl";
  const own = { pipelines: true, wantsMapping: device.memoryKind !== "unified", compared, usesPages: false };
  const largest = device.limits?.maxBufferBytes ?? device.limits?.maxAllocationBytes ?? Infinity;
  switch (device.backend) {
    case "vulkan": {
      const limits = { ...COMMON_VULKAN, ...device.limits };
      const host = vulkanHostBuffer(limits);
      return {
        ...vulkanBackend(vulkanBuffer(name, place, limits), limits, build.vulkanOrder),
        ...own,
        hostBufferType: dryRun ? { ...host, overheadBytes: 0 } : host,
      };
    }
    case "cuda":
    case "rocm": {
      const rules: CudaRules = {
        reservesCopies: build.cudaReservesCacheCopies,
        mixedTypes: build.cudaMixedCacheTypes,
        expertFusion: build.cudaExpertFusion,
      };
      const hostName = device.backend === "rocm" ? "ROCm_Host" : "CUDA_Host";
      return {
        ...cudaBackend(cudaBuffer(name, place, rules), rules),
        ...own,
        hostBufferType: cudaHostBuffer(hostName, build.hostAlignmentBytes),
      };
    }
    case "metal":
      return {
        ...metalBackend(metalBuffer(name, place, largest, { largestValues: build.metalLargestValues })),
        ...own,
        wantsMapping: true,
        usesPages: true,
      };
    case "sycl":
      return {
        ...syclBackend(syclBuffer(name, place, largest)),
        ...own,
        wantsMapping: true,
        hostBufferType: cudaHostBuffer("SYCL_Host", build.hostAlignmentBytes),
      };
    default:
      // only a node's processor is a device
      throw new LoadoutError("backend-unknown", { backend: device.backend, known: "cuda, metal, rocm, sycl, vulkan" });
  }
}

import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import type { LlamaCppBuild } from "../../../facts/runtime/index.ts";
import { amxBuffer, canUseAmx, hasAmx } from "./amx.ts";
import type { ComputeBackend } from "./backends/backend.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cpuBackend, cpuBuffer, repackBuffer } from "./backends/cpu.ts";
import { cudaBackend, cudaBuffer, cudaHostBuffer } from "./backends/cuda.ts";
import { vulkanBackend, vulkanBuffer, vulkanHostBuffer, type VulkanLimits } from "./backends/vulkan.ts";
import { canRepack } from "./repack.ts";
import type { LlamaCppQuestion } from "./question.ts";
import type { Preference, WeightPlaces } from "./weights.ts";

/** The memories and back ends of one engine on one rig. */
export interface Memories {
  /** devices in order, then the CPU */
  readonly backends: readonly ComputeBackend[];
  readonly devices: readonly BufferType[];
  readonly cpu: BufferType;
  /** host memory that the first device copies from fast, where there is a device */
  readonly deviceHost: BufferType | undefined;
  readonly weights: WeightPlaces;
}

/** Limits of a Vulkan device that says nothing of itself: those of common drivers. */
const COMMON_VULKAN: VulkanLimits = {
  offsetAlignmentBytes: 16,
  hostAlignmentBytes: 64,
  maxStorageBufferBytes: 2 ** 32 - 1,
  maxAllocationBytes: 2 ** 32 - 1,
  maxBufferBytes: 2 ** 40,
};

/** Back ends whose memory rules are known. */
const KNOWN = "cpu, cuda, rocm, vulkan";

export function memoriesOf(
  { devices, build, cpuFeatures, settings, dryRun }: Omit<LlamaCppQuestion, "tensors">,
  mapped: boolean,
): Memories {
  const cpu = cpuBuffer(build.hostAlignmentBytes);
  const repack = repackBuffer(build.hostAlignmentBytes);
  const deviceBackends = devices.map((device, place) => {
    const number = devices.slice(0, place).filter((before) => before.backend === device.backend).length;
    return deviceBackend(device, place, number, build);
  });
  const deviceHost = devices[0] === undefined ? undefined : hostBufferOf(devices[0], build, dryRun === true);
  const cpuOnly = cpuBackend(cpu, deviceHost ?? cpu);
  const repacker: ComputeBackend = { ...cpuOnly, supports: (operation) => canRepack(operation, cpuFeatures) };
  const amx = { bufferType: amxBuffer(build.hostAlignmentBytes), backend: { ...cpuOnly, supports: canUseAmx } };
  const rearranged: Preference = [...(hasAmx(cpuFeatures) ? [amx] : []), { bufferType: repack, backend: repacker }];
  const host: Preference = [
    ...(deviceHost === undefined ? [] : [{ bufferType: deviceHost, backend: deviceBackends[0]! }]),
    ...(settings.repack === false ? [] : rearranged),
    { bufferType: cpu, backend: cpuOnly },
  ];
  return {
    backends: [...deviceBackends, cpuOnly],
    devices: deviceBackends.map((backend) => backend.bufferType),
    cpu,
    deviceHost,
    weights: {
      host,
      devices: deviceBackends.map((backend) => [{ bufferType: backend.bufferType, backend }]),
      staysOnHost: (name) => isHostExpert(name, settings.expertLayersOnHost ?? 0),
      mapped,
      plainHost: cpu,
    },
  };
}

/** Expert matrices of the first layers, by the engine's own pattern for them. */
function isHostExpert(name: string, layers: number): boolean {
  const match = /^blk\.(\d+)\.ffn_(?:up|down|gate|gate_up)_(?:ch|)exps/.exec(name);
  return match !== null && Number(match[1]) < layers;
}

/** `number` counts the devices of one API, as the engine's names for them do. */
function deviceBackend(device: Device, place: number, number: number, build: LlamaCppBuild): ComputeBackend {
  const rules = {
    reservesCopies: build.cudaReservesCacheCopies,
    mixedTypes: build.cudaMixedCacheTypes,
    expertFusion: build.cudaExpertFusion,
  };
  switch (device.backend) {
    case "vulkan": {
      const limits = vulkanLimits(device);
      return vulkanBackend(vulkanBuffer(`Vulkan${number}`, place, limits), limits, build.vulkanOrder);
    }
    case "cuda":
      return cudaBackend(cudaBuffer(`CUDA${number}`, place, rules), rules);
    case "rocm":
      return cudaBackend(cudaBuffer(`ROCm${number}`, place, rules), rules);
    default:
      throw new LoadoutError("backend-unknown", { backend: device.backend, known: KNOWN });
  }
}

/** A dry run allocates nothing, so what the back end adds to an allocation is not seen. */
function hostBufferOf(device: Device, build: LlamaCppBuild, dryRun: boolean): BufferType {
  if (device.backend === "vulkan") {
    const host = vulkanHostBuffer(vulkanLimits(device));
    return dryRun ? { ...host, overheadBytes: 0 } : host;
  }
  return cudaHostBuffer(device.backend === "rocm" ? "ROCm_Host" : "CUDA_Host", build.hostAlignmentBytes);
}

function vulkanLimits({ limits = {} }: Device): VulkanLimits {
  const maxAllocationBytes = limits.maxAllocationBytes ?? COMMON_VULKAN.maxAllocationBytes;
  return {
    offsetAlignmentBytes: limits.offsetAlignmentBytes ?? COMMON_VULKAN.offsetAlignmentBytes,
    hostAlignmentBytes: limits.hostAlignmentBytes ?? COMMON_VULKAN.hostAlignmentBytes,
    maxStorageBufferBytes: limits.maxStorageBufferBytes ?? COMMON_VULKAN.maxStorageBufferBytes,
    maxAllocationBytes,
    maxBufferBytes: limits.maxBufferBytes ?? COMMON_VULKAN.maxBufferBytes,
  };
}

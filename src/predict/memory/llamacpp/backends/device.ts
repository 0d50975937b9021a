import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Device } from "../../../../facts/hardware/index.ts";
import type { LlamaCppBuild } from "../../../../facts/runtime/index.ts";
import type { UsedDevice } from "../devices.ts";
import type { DeviceBackend } from "./backend.ts";
import { cpuBuffer } from "./cpu.ts";
import { cudaBackend, cudaBuffer, cudaHostBuffer, type CudaRules } from "./cuda.ts";
import { OTHER_BACKENDS } from "./other-backends.ts";
import { rpcBackend } from "./rpc.ts";

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
  const own = { pipelines: true, wantsMapping: device.memoryKind !== "unified", compared: true, usesPages: false };
  if (device.backend === "cuda" || device.backend === "rocm") {
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
  const other = OTHER_BACKENDS[device.backend];
  // only a node's processor is a device
  if (other === undefined)
    throw new LoadoutError("backend-unknown", { backend: device.backend, known: "cuda, metal, rocm, sycl, vulkan" });
  return { ...own, ...other({ device, name, place, build, dryRun }) };
}

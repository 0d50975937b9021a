import { F16, F32 } from "../graph/element.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { ComputeBackend } from "./backend.ts";
import type { BufferType } from "./buffer.ts";

/** Plain host memory. */
export function cpuBuffer(alignmentBytes: number): BufferType {
  return hostBuffer("CPU", alignmentBytes, Infinity, 0);
}

/** Host memory of the CPU back end or of a device's driver (pinned). */
export function hostBuffer(name: string, alignmentBytes: number, maxBytes: number, overheadBytes: number): BufferType {
  return {
    name,
    place: "host",
    alignmentBytes,
    maxBytes,
    overheadBytes,
    host: true,
    repacked: false,
    allocationBytes: (tensor) => tensor.bytes,
  };
}

/** Weights rearranged for the CPU's matrix kernels; only matrix products can read them. */
export function repackBuffer(alignmentBytes: number): BufferType {
  return { ...hostBuffer("CPU_REPACK", alignmentBytes, Infinity, 0), host: false, repacked: true };
}

/** The CPU back end. Its results lie in the first device's host memory where there is a device, for faster copies. */
export function cpuBackend(own: BufferType, compute: BufferType): ComputeBackend {
  return {
    name: "CPU",
    bufferType: own,
    computeBufferType: compute,
    supports: cpuSupports,
    reads: (type) => type.place === "host",
    offloads: () => false,
  };
}

function cpuSupports(tensor: GraphTensor): boolean {
  const repacked = tensor.sources.some((source) => source?.store?.bufferType.repacked === true);
  const product = tensor.operation === "mul_mat" || tensor.operation === "mul_mat_id";
  if (repacked) return product && tensor.sources[1]!.type === F32;
  if (tensor.operation !== "mul_mat") return true;
  // a right side in half precision needs a left side of the same type
  const right = tensor.sources[1]!.type;
  return right === F32 || (right === F16 && tensor.sources[0]!.type === F16);
}

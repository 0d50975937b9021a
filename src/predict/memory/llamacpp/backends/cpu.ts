import { F16, F32 } from "../graph/element.ts";
import { isContiguous, type GraphTensor } from "../graph/tensor.ts";
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

/** Fewer rows or columns than this are not worth a matrix library's while (ggml-blas, `min_batch`). */
const LIBRARY_MIN_LENGTH = 32;

/**
 * A matrix library beside the CPU's own kernels (ggml-blas): it takes large products of what lies in host memory, and because it stands
 * before the CPU, such weights are not copied to a device.
 */
export function matrixLibrary(own: BufferType): ComputeBackend {
  return {
    name: "BLAS",
    bufferType: own,
    supports: (tensor) => {
      if (tensor.operation !== "mul_mat") return false;
      const [matrix, by] = tensor.sources;
      const [rows, columns] = tensor.shape;
      const large = Math.min(rows, columns, by!.shape[0]) >= LIBRARY_MIN_LENGTH;
      const whole = isContiguous(matrix!) && isContiguous(by!) && matrix!.store?.bufferType.repacked !== true;
      return large && whole && by!.type === F32;
    },
    reads: (type) => type.place === "host",
    offloads: () => false,
  };
}

import type { GraphTensor } from "../graph/tensor.ts";
import type { BufferType } from "./buffer.ts";

/** A tensor that must outlive its last reader until `until` has run, because the back end fuses operations. */
export interface KeptTensor {
  readonly tensor: GraphTensor;
  readonly until: GraphTensor;
}

/** One back end of a context: a device, or the CPU (always the last in the engine's list). */
export interface ComputeBackend {
  readonly name: string;
  /** where its weights and cache lie */
  readonly bufferType: BufferType;
  /** where its intermediate results lie, if elsewhere (the CPU's lie in memory the first device can copy from fast) */
  readonly computeBufferType?: BufferType;
  /** the kernels it has: operation, types, shapes, sizes */
  supports(tensor: GraphTensor): boolean;
  /** which memory its operations can read */
  reads(bufferType: BufferType): boolean;
  /** worth copying a host weight to the device for this operation */
  offloads(tensor: GraphTensor): boolean;
  /** reorders the nodes of a split before memory is planned, and says what it keeps alive */
  optimize?(nodes: GraphTensor[], keep: (kept: KeptTensor) => void): void;
}

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

/** A device's back end, with what the engine asks the device about itself. */
export interface DeviceBackend extends ComputeBackend {
  /** host memory it copies from fast */
  readonly hostBufferType?: BufferType;
  /** can be part of a pipeline: it works asynchronously and has events */
  readonly pipelines: boolean;
  /** unless told, a file is mapped where every device says so (mmap_support) */
  readonly wantsMapping: boolean;
  /** its rules were compared with the engine's own sizes, not only read */
  readonly compared: boolean;
  /** its weights stay in the pages of a mapped file (buffer_from_host_ptr) */
  readonly usesPages: boolean;
}

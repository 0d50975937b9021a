import { F16, F32, I64, isFloat, type ElementType } from "../graph/element.ts";
import { isContiguous, type GraphTensor } from "../graph/tensor.ts";
import type { ComputeBackend } from "./backend.ts";
import { hostBuffer } from "./cpu.ts";
import type { BufferType } from "./buffer.ts";
import { offloadRows } from "./offload-rows.ts";
import { reorderForVulkan, type VulkanOrder } from "./vulkan-order.ts";

/** What a Vulkan device says of itself that decides memory. */
export interface VulkanLimits {
  /** minStorageBufferOffsetAlignment: distance of tensors in device memory */
  readonly offsetAlignmentBytes: number;
  /** minMemoryMapAlignment: distance of tensors in its host memory */
  readonly hostAlignmentBytes: number;
  /** maxStorageBufferRange: a tensor above it cannot take part in a device operation */
  readonly maxStorageBufferBytes: number;
  /** maxMemoryAllocationSize */
  readonly maxAllocationBytes: number;
  /** maxBufferSize */
  readonly maxBufferBytes: number;
}

/** The back end takes memory in pieces of at most this (its suballocation block). */
const BLOCK_BYTES = 2 ** 30;
/** added by the back end to every host allocation */
const HOST_OVERHEAD_BYTES = 32;
/** rows a product must have before host weights are copied to the device (GGML_OP_OFFLOAD_MIN_BATCH) */
const OFFLOAD_MIN_ROWS = 32;

const CACHE_TYPES = new Set(["F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL"]);

export function vulkanBuffer(name: string, place: number, limits: VulkanLimits): BufferType {
  return {
    name,
    place,
    alignmentBytes: limits.offsetAlignmentBytes,
    maxBytes: Math.min(BLOCK_BYTES, limits.maxAllocationBytes),
    overheadBytes: 0,
    host: false,
    repacked: false,
    allocationBytes: (tensor) => tensor.bytes,
  };
}

/** Host memory of the first Vulkan device. */
export function vulkanHostBuffer(limits: VulkanLimits): BufferType {
  return hostBuffer(
    "Vulkan_Host",
    limits.hostAlignmentBytes,
    Math.min(BLOCK_BYTES, limits.maxAllocationBytes),
    HOST_OVERHEAD_BYTES,
  );
}

export function vulkanBackend(bufferType: BufferType, limits: VulkanLimits, order: VulkanOrder): ComputeBackend {
  const fits = (tensor: GraphTensor): boolean =>
    tensor.bytes <= limits.maxBufferBytes && tensor.bytes <= limits.maxStorageBufferBytes;
  return {
    name: bufferType.name,
    bufferType,
    supports: (tensor) => {
      for (const source of tensor.sources) if (source !== undefined && !fits(source)) return false;
      return fits(tensor) && hasKernel(tensor);
    },
    reads: (type) => type === bufferType,
    offloads: (tensor) => offloadRows(tensor) >= OFFLOAD_MIN_ROWS,
    optimize: (nodes, keep) => reorderForVulkan(nodes, order, keep),
  };
}

/** The operations with a shader (ggml-vulkan.cpp, `ggml_backend_vk_device_supports_op`), as far as these graphs use them. */
function hasKernel(tensor: GraphTensor): boolean {
  const [a, b] = tensor.sources;
  switch (tensor.operation) {
    case "flash_attn_ext":
      return attentionKernel(tensor);
    case "mul_mat":
    case "mul_mat_id":
      return !tensor.precise && matrixKernel(a!, b!);
    case "set_rows":
      return isFloat(a!.type) && (CACHE_TYPES.has(tensor.type.name) || isFloat(tensor.type));
    case "add":
    case "mul":
    case "div":
      return isFloat(a!.type) && isFloat(b!.type) && isFloat(tensor.type);
    case "glu":
    case "unary":
    case "clamp":
      return isFloat(a!.type) && a!.type === tensor.type;
    case "ssm_scan":
      // of the second Mamba only, told by one number a head; `a` is [state length, head length, heads, states]
      return (
        (a!.shape[0] === 128 || a!.shape[0] === 256) && a!.shape[1] % 16 === 0 && tensor.sources[3]!.shape[0] === 1
      );
    case "soft_max":
      return isContiguous(a!) && a!.type === F32;
    case "sum_rows":
    case "scale":
      return a!.type === F32;
    case "rope":
      return a!.strides[0] === a!.type.bytes;
    case "argsort":
      return isContiguous(a!);
    case "get_rows":
      return a!.type !== I64;
    default:
      return true;
  }
}

function attentionKernel(tensor: GraphTensor): boolean {
  const [query, key, value, mask] = tensor.sources;
  if (key!.shape[0] % 8 !== 0 || value!.shape[0] % 8 !== 0 || query!.type !== F32 || mask?.type !== F16) return false;
  if (!CACHE_TYPES.has(key!.type.name) || !CACHE_TYPES.has(value!.type.name)) return false;
  return (key!.type.name === "BF16") === (value!.type.name === "BF16");
}

function matrixKernel(left: GraphTensor, right: GraphTensor): boolean {
  if (left.shape[3] !== right.shape[3]) return false;
  const plain = (type: ElementType): boolean => isFloat(type) || type.name === "BF16";
  if (!plain(left.type) && !firstTwoDense(left)) return false;
  return isFloat(right.type);
}

function firstTwoDense(tensor: GraphTensor): boolean {
  return (
    tensor.strides[0] === tensor.type.bytes &&
    tensor.strides[1] === (tensor.strides[0] * tensor.shape[0]) / tensor.type.block &&
    (tensor.shape[3] === 1 || tensor.strides[3] === tensor.strides[2] * tensor.shape[2])
  );
}

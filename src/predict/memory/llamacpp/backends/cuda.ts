import { F16, F32, I32, I64, isFloat, rowBytes } from "../graph/element.ts";
import { isContiguous, type GraphTensor } from "../graph/tensor.ts";
import type { ComputeBackend } from "./backend.ts";
import type { BufferType } from "./buffer.ts";
import { attentionBytes, attentionKernel, CUDA_ALIGNMENT_BYTES, type AttentionRules } from "./cuda-attention.ts";
import { keepForExperts, type ExpertFusion } from "./cuda-fusion.ts";
import { hostBuffer } from "./cpu.ts";
import { offloadRows } from "./offload-rows.ts";

/** Quantised rows are read in pieces of this many elements; the last row of a tensor is padded to it (MATRIX_ROW_PADDING). */
const ROW_PADDING = 512;
const OFFLOAD_MIN_ROWS = 32;

/** What a build's CUDA back end does that decides memory. */
export interface CudaRules extends AttentionRules {
  /** F16 copies of a quantised cache are part of the attention node (else taken from a pool at run time) */
  readonly reservesCopies: boolean;
  /** what is kept alive for fused expert kernels */
  readonly expertFusion: ExpertFusion;
}

export function cudaBuffer(name: string, place: number, rules: CudaRules): BufferType {
  return {
    name,
    place,
    alignmentBytes: CUDA_ALIGNMENT_BYTES,
    maxBytes: Infinity,
    overheadBytes: 0,
    host: false,
    repacked: false,
    allocationBytes: (tensor) => allocationBytes(tensor, rules),
  };
}

/** Pinned host memory. */
export function cudaHostBuffer(name: string, alignmentBytes: number): BufferType {
  return hostBuffer(name, alignmentBytes, Infinity, 0);
}

export function cudaBackend(bufferType: BufferType, rules: CudaRules): ComputeBackend {
  return {
    name: bufferType.name,
    bufferType,
    supports: (tensor) => {
      const sources = tensor.sources;
      for (let index = 0; index < sources.length; index++) {
        const place = sources[index]?.store?.bufferType.place;
        if (typeof place === "number" && place !== bufferType.place) return false;
      }
      return hasKernel(tensor, rules);
    },
    reads: (type) => type === bufferType,
    offloads: (tensor) => offloadRows(tensor) >= OFFLOAD_MIN_ROWS,
    optimize: (nodes, keep) => keepForExperts(nodes, rules.expertFusion, keep),
  };
}

function allocationBytes(tensor: GraphTensor, rules: CudaRules): number {
  let { bytes } = tensor;
  if (tensor.operation === "flash_attn_ext" && rules.reservesCopies) bytes = attentionBytes(tensor, rules);
  const over = tensor.shape[0] % ROW_PADDING;
  if (tensor.type.quantized && over !== 0) bytes += rowBytes(tensor.type, ROW_PADDING - over);
  return bytes;
}

/** Types of the keys that the kernel for indexers reads (lightning-indexer.cu). */
const INDEXED_TYPES: ReadonlySet<string> = new Set(["F32", "BF16", "F16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"]);

function hasKernel(tensor: GraphTensor, rules: CudaRules): boolean {
  const [a, b] = tensor.sources;
  switch (tensor.operation) {
    case "flash_attn_ext":
      return attentionKernel(tensor, rules) !== "none";
    case "mul_mat":
    case "mul_mat_id":
      return (
        !tensor.precise &&
        a!.strides[0] === a!.type.bytes &&
        b!.strides[0] === b!.type.bytes &&
        !(b!.type === F16 && a!.type !== F16)
      );
    case "set_rows":
      return a!.type === F32 || (a!.type === F16 && tensor.type === F16);
    case "lightning_indexer":
      return a!.shape[0] === 128 && [4, 32, 64].includes(a!.shape[1]) && INDEXED_TYPES.has(b!.type.name);
    case "get_rows":
      if (a!.type === I64) return false;
      return a!.type === I32 || !["IQ4_NL", "MXFP4"].includes(a!.type.name) || a!.shape[0] % 256 === 0;
    case "add":
    case "mul":
    case "div":
      return isFloat(a!.type) && isFloat(b!.type) && isFloat(tensor.type);
    case "conv_2d":
    case "im2col":
      return isContiguous(a!) && isContiguous(b!);
    case "unary":
      return isContiguous(a!);
    case "scale":
      return a!.type === F32;
    case "rms_norm":
    case "rope":
      return a!.strides[0] === a!.type.bytes;
    default:
      return true;
  }
}

import { F16, rowBytes } from "../graph/element.ts";
import { elements, type GraphTensor } from "../graph/tensor.ts";
import type { ComputeBackend } from "./backend.ts";
import type { BufferType } from "./buffer.ts";
import { cudaBackend, type CudaRules } from "./cuda.ts";

// Intel's back end, read in ggml/src/ggml-sycl of v0.4.0 and b11434; nothing here was run.

const ALIGNMENT_BYTES = 128;
const ROW_PADDING = 512;
/** types that oneDNN's attention takes, by itself or through F16 copies */
const ONEDNN_TYPES = new Set(["F32", "F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]);

/** The rules it took over from CUDA's back end: kernels, which host weights are copied; it fuses nothing. */
const LIKE_CUDA: CudaRules = { reservesCopies: false, mixedTypes: false, expertFusion: "none" };

/** `maxBytes` is the device's largest allocation. */
export function syclBuffer(name: string, place: number, maxBytes: number): BufferType {
  return {
    name,
    place,
    alignmentBytes: ALIGNMENT_BYTES,
    maxBytes,
    failsAbove: true,
    overheadBytes: 0,
    host: false,
    repacked: false,
    allocationBytes,
  };
}

export function syclBackend(bufferType: BufferType): ComputeBackend {
  return cudaBackend(bufferType, LIKE_CUDA);
}

function allocationBytes(tensor: GraphTensor): number {
  let { bytes } = tensor;
  if (tensor.operation === "flash_attn_ext") bytes = withScratch(tensor);
  const over = tensor.shape[0] % ROW_PADDING;
  if (tensor.type.quantized && over !== 0) bytes += rowBytes(tensor.type, ROW_PADDING - over);
  return bytes;
}

/** Behind its result attention holds halves for the worst of its kernels: queries, keys, values, one factor, a result. */
function withScratch(tensor: GraphTensor): number {
  const [query, key, value] = tensor.sources;
  const oneDnn = ONEDNN_TYPES.has(key!.type.name) && ONEDNN_TYPES.has(value!.type.name);
  const bound = key!.type === F16 && value!.type === F16;
  const queries = oneDnn ? query!.shape[2] * query!.shape[1] * key!.shape[0] : 0;
  const needs = (cached: GraphTensor): number =>
    cached.type !== F16 || (oneDnn && !bound) ? elements(cached.shape) : 0;
  const shared = key!.owner !== undefined && key!.owner === value!.owner;
  const values = shared && !oneDnn ? 0 : needs(value!);
  let end = tensor.bytes;
  for (const halves of [queries, needs(key!), values, oneDnn ? 1 : 0, queries]) {
    if (halves > 0) end = Math.ceil(end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES + 2 * halves;
  }
  return end;
}

import { F16, F32, isFloat, rowBytes } from "../graph/element.ts";
import { elements, isContiguous, type GraphTensor } from "../graph/tensor.ts";
import type { ComputeBackend } from "./backend.ts";
import type { BufferType } from "./buffer.ts";
import { offloadRows } from "./offload-rows.ts";

// Apple's back end, read in ggml/src/ggml-metal of v0.4.0 and b11434; nothing here was run. Its reordering of nodes is not replayed.

const ALIGNMENT_BYTES = 32;
const OFFLOAD_MIN_ROWS = 32;
/** columns of a block of the attention kernel (OP_FLASH_ATTN_EXT_NCPSG), and of its vector form */
const COLUMNS = 64;
const VECTOR_COLUMNS = 32;
/** queries of a block (OP_FLASH_ATTN_EXT_NQPSG); the vector form takes one at a time, and serves fewer than this many */
const QUERIES = 8;
const VECTOR_BELOW = 20;
/** a quantised cache is turned into F16 for this many queries and more */
const F16_FROM = 32;
/** groups that write partial results, and the most queries they are kept for */
const GROUPS = 32;
const PARTIAL_QUERIES = 32;
/** behind the lists of an expert product: two factors and the partial largest values (N_MM_NPART_AMAX), from b11434 on */
const LARGEST_VALUES_BYTES = 8 + 256 * 4;

const HEADS = new Set([32, 40, 48, 64, 72, 80, 96, 112, 128, 192, 256, 320, 512, 576]);
const QUANTIZED_CACHE = new Set(["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]);
const CACHE_TYPES = new Set(["F32", "F16", "BF16", ...QUANTIZED_CACHE]);

export interface MetalRules {
  /** expert products keep partial largest values */
  readonly largestValues: boolean;
}

/** Memory shared with the host; `maxBytes` is Metal's `maxBufferLength`. */
export function metalBuffer(name: string, place: number, maxBytes: number, rules: MetalRules): BufferType {
  return {
    name,
    place,
    alignmentBytes: ALIGNMENT_BYTES,
    maxBytes,
    failsAbove: true,
    overheadBytes: 0,
    host: false,
    repacked: false,
    allocationBytes: (tensor) => tensor.bytes + scratchBytes(tensor, rules),
  };
}

export function metalBackend(bufferType: BufferType): ComputeBackend {
  return {
    name: bufferType.name,
    bufferType,
    supports: hasKernel,
    reads: (type) => type === bufferType,
    offloads: (tensor) => isProduct(tensor) && offloadRows(tensor) >= OFFLOAD_MIN_ROWS,
  };
}

function isProduct({ operation }: GraphTensor): boolean {
  return operation === "mul_mat" || operation === "mul_mat_id";
}

/** What operations need beside their result. */
function scratchBytes(tensor: GraphTensor, rules: MetalRules): number {
  const [a, , ids] = tensor.sources;
  switch (tensor.operation) {
    case "mul_mat_id": {
      const experts = a!.shape[2];
      return 4 * experts + 4 * experts * ids!.shape[1] + (rules.largestValues ? LARGEST_VALUES_BYTES : 0);
    }
    case "flash_attn_ext":
      return attentionScratchBytes(tensor);
    case "argsort":
      return tensor.bytes;
    default:
      return 0;
  }
}

/** Padding of the last block, marks of masked blocks, partial results, and F16 copies of keys and values, always kept ready. */
function attentionScratchBytes({ sources }: GraphTensor): number {
  const [query, key, value, mask] = sources;
  const queries = query!.shape[1];
  const copied = queries >= F16_FROM && QUANTIZED_CACHE.has(key!.type.name);
  const shared = key!.owner !== undefined && key!.owner === value!.owner;
  const keyRow = copied ? 2 * key!.shape[0] : key!.strides[1];
  const valueRow = copied ? 2 * (shared ? key! : value!).shape[0] : value!.strides[1];
  const maskRows = mask === undefined ? 0 : mask.shape[1] * mask.shape[2] * mask.shape[3];
  const padding =
    COLUMNS * (keyRow * key!.shape[2] * key!.shape[3] + valueRow * value!.shape[2] * value!.shape[3] + 2 * maskRows);
  const vector = queries < VECTOR_BELOW && query!.shape[0] % 32 === 0;
  const blocks =
    mask === undefined
      ? 0
      : up(
          Math.ceil(mask.shape[0] / (vector ? VECTOR_COLUMNS : COLUMNS)) *
            Math.ceil(queries / (vector ? 1 : QUERIES)) *
            mask.shape[2] *
            mask.shape[3],
          32,
        );
  const heads = query!.shape[2] * query!.shape[3];
  const partial = 4 * Math.min(queries, PARTIAL_QUERIES) * heads * GROUPS * (value!.shape[0] + 2);
  const copies = up(2 * elements(key!.shape), 16) + (shared ? 0 : up(2 * elements(value!.shape), 16));
  return padding + blocks + partial + copies;
}

function up(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function hasKernel(tensor: GraphTensor): boolean {
  const [a, b, c] = tensor.sources;
  switch (tensor.operation) {
    case "flash_attn_ext":
      return (
        HEADS.has(a!.shape[0]) &&
        b!.shape[0] >= c!.shape[0] &&
        b!.type === c!.type &&
        CACHE_TYPES.has(b!.type.name) &&
        (b!.shape[0] !== 72 || c!.shape[0] === 72)
      );
    case "mul_mat":
    case "mul_mat_id":
      return b!.type === F32 || (b!.type === F16 && a!.type === F16);
    case "add":
    case "mul":
    case "div":
      return isFloat(a!.type) && a!.type === b!.type && rowsDense(a!) && rowsDense(b!);
    case "unary":
    case "scale":
    case "clamp":
      return isFloat(a!.type) && rowsDense(a!);
    case "glu":
      return isFloat(a!.type);
    case "soft_max":
    case "sum_rows":
    case "rms_norm":
      return rowsDense(a!);
    case "argsort":
      return isContiguous(a!);
    default:
      return true;
  }
}

function rowsDense({ strides, shape, type }: GraphTensor): boolean {
  return strides[0] === type.bytes && strides[1] >= rowBytes(type, shape[0]);
}

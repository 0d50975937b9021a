import { F16, F32, type ElementType } from "../graph/element.ts";
import { elements, type GraphTensor } from "../graph/tensor.ts";

// ggml-cuda's choice of a flash attention kernel (fattn.cu), for cards of compute capability 8.9 or later.

/** Tensors start at multiples of this (ggml-cuda, buffer type). */
export const CUDA_ALIGNMENT_BYTES = 128;
/** cells a kernel reads at a time (FATTN_KQ_STRIDE) */
const CELL_STRIDE = 256;

export interface AttentionRules {
  /** keys and values of any types run on the device, also of different ones: kernels that lack them read F16 copies */
  readonly mixedTypes: boolean;
}

/** "matrix": reads whole tiles in F16; "vector": reads the cache as it is stored, for a row or two. */
type Kernel = "none" | "vector" | "matrix";

const EQUAL_HEADS: ReadonlySet<number> = new Set([40, 64, 72, 80, 96, 112, 128, 256]);
/** Heads whose kernels need several query heads a key head: value length, and what the group must be a multiple of. */
const GROUPED_HEADS: ReadonlyMap<number, { readonly value: number; readonly multiple: number }> = new Map([
  [192, { value: 128, multiple: 8 }],
  [320, { value: 256, multiple: 32 }],
  [512, { value: 512, multiple: 1 }],
  [576, { value: 512, multiple: 1 }],
]);
/** types with vector kernels of their own, keys and values alike */
const VECTOR_TYPES: ReadonlySet<string> = new Set(["F16", "BF16", "Q4_0", "Q8_0"]);
const FALLBACK_TYPES: ReadonlySet<string> = new Set(["F32", ...VECTOR_TYPES, "Q4_1", "Q5_0", "Q5_1"]);

export function attentionKernel(tensor: GraphTensor, { mixedTypes }: AttentionRules): Kernel {
  const [query, key, value] = tensor.sources;
  const [keyLength, cells, keyHeads] = key!.shape;
  const valueLength = value!.shape[0];
  const group = query!.shape[2] / keyHeads;
  const grouped = group >= 2 && cells % CELL_STRIDE === 0 && tensor.sources.slice(0, 4).every(isAligned);
  const special = GROUPED_HEADS.get(keyLength);
  if (special === undefined) {
    if (!EQUAL_HEADS.has(keyLength) || valueLength !== keyLength) return "none";
  } else if (!grouped || valueLength !== special.value || group % special.multiple !== 0) return "none";
  for (const { type } of [key!, value!]) {
    if (!(mixedTypes ? FALLBACK_TYPES : VECTOR_TYPES).has(type === F32 ? F16.name : type.name)) return "none";
  }
  if (!mixedTypes && key!.type !== value!.type) return "none";
  return prefersVector(tensor, grouped, group, mixedTypes) ? "vector" : "matrix";
}

/** The vector kernel is chosen for one row, and for two of a quantised cache. */
function prefersVector(tensor: GraphTensor, grouped: boolean, group: number, mixedTypes: boolean): boolean {
  const [query, key, value] = tensor.sources;
  const [length, rows, , streams] = query!.shape;
  const cells = key!.shape[1];
  if (length > 256 || length % 64 !== 0 || length === 192 || cells % CELL_STRIDE !== 0) return false;
  if (key!.type.quantized || value!.type.quantized) {
    if (rows <= 2) return true;
  } else if (rows === 1 && streams === 1) {
    const tiled = group > 4 && (cells >= 8192 || (mixedTypes && length >= 256));
    if (!tiled) return true;
  }
  return rows === 1 && !grouped;
}

/** Strides of whole 16 bytes; quantised rows are not asked. */
function isAligned(tensor: GraphTensor | undefined): boolean {
  if (tensor === undefined || tensor.type.quantized) return true;
  return tensor.strides.slice(1).every((stride) => stride % 16 === 0);
}

/** Bytes of the attention node: behind its result lie F16 copies of keys and values that the kernel cannot read as stored. */
export function attentionBytes(tensor: GraphTensor, rules: AttentionRules): number {
  const [, key, value] = tensor.sources;
  const kernel = attentionKernel(tensor, rules);
  // latent attention's values are part of its keys
  const cached = key!.owner !== undefined && key!.owner === value!.owner ? [key!] : [key!, value!];
  const fallsBack = kernel === "matrix" || !hasVectorKernel(key!.type, value!.type);
  let end = tensor.bytes;
  for (const each of kernel === "none" ? [] : cached) {
    if (each.type === F16 || !(fallsBack || each.type === F32)) continue;
    end = Math.ceil(end / CUDA_ALIGNMENT_BYTES) * CUDA_ALIGNMENT_BYTES + 2 * elements(each.shape);
  }
  return end;
}

/** F32 is read through the kernel for F16. */
function hasVectorKernel(key: ElementType, value: ElementType): boolean {
  const [a, b] = [key, value].map((type) => (type === F32 ? F16 : type));
  return a === b && VECTOR_TYPES.has(a!.name);
}

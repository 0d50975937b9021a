import { SAFETENSORS_TYPES } from "../tensor-types.ts";
import type { Tensor } from "../tensor.ts";
import { type Declared, declaredQuantization } from "./declared.ts";
import { type Module, modulesOf } from "./modules.ts";
import { LAYOUTS, type Packed } from "./rows.ts";

/** How the weights of a model are stored, from the tensors themselves. */
export interface WeightLayout {
  readonly declared?: Declared;
  /** quantized matrices, most weights first; schemes that differ in bits or groups are rows of their own */
  readonly quantized: readonly QuantizedPart[];
  /** everything else, by type, most bytes first */
  readonly plain: readonly PlainPart[];
  /** matrices that are not quantized, as patterns with `*` for numbers, most weights first; empty where nothing is quantized */
  readonly left: readonly LeftMatrix[];
  /** weights, before they were quantized */
  readonly parameters: number;
  /** stored bytes of all tensors, scales and all */
  readonly bytes: number;
}

export interface QuantizedPart extends Omit<Packed, "weights"> {
  readonly scheme: string;
  readonly modules: number;
  readonly weights: number;
  /** with scales, zeros and order; without a module's bias */
  readonly bytes: number;
}

export interface PlainPart {
  readonly type: string;
  readonly weights: number;
  readonly bytes: number;
}

export interface LeftMatrix {
  readonly pattern: string;
  readonly type: string;
  readonly modules: number;
  readonly weights: number;
}

/**
 * Recognises quantized modules by the tensors that stand in the place of their matrix; what a configuration says of bits
 * and groups is used only where no tensor tells. `config` is a parsed `config.json` or `hf_quant_config.json`.
 */
export function weightLayout(tensors: readonly Tensor[], config?: unknown): WeightLayout {
  const declared = declaredQuantization(config);
  const quantized = new Map<string, QuantizedPart>();
  const plain = new Map<string, PlainPart>();
  const left = new Map<string, LeftMatrix>();
  for (const { name, parts } of modulesOf(tensors)) {
    const found = recognised(parts, declared);
    if (found) addQuantized(quantized, parts, found.scheme, found.packed);
    for (const [part, tensor] of parts) {
      if (found && part !== "bias") continue;
      addPlain(plain, tensor);
      if (isMatrix(tensor) && part !== "bias") addLeft(left, name, tensor);
    }
  }
  const all = [...quantized.values(), ...plain.values()];
  return {
    ...(declared && { declared }),
    quantized: [...quantized.values()].toSorted((a, b) => b.weights - a.weights),
    plain: [...plain.values()].toSorted((a, b) => b.bytes - a.bytes),
    left: quantized.size === 0 ? [] : [...left.values()].toSorted((a, b) => b.weights - a.weights),
    parameters: all.reduce((sum, { weights }) => sum + weights, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Bits one weight costs, scales included. */
export function layoutBitsPerWeight({ weights, bytes }: Pick<QuantizedPart, "weights" | "bytes">): number {
  return weights === 0 ? 0 : (bytes * 8) / weights;
}

/** Rows with their parts as lists: a set of shards may have 10^5 modules. */
const ROWS = LAYOUTS.map((row) => ({ row, parts: Object.entries(row.parts) }));

function recognised(
  parts: Module["parts"],
  declared: Declared | undefined,
): { scheme: string; packed: Packed } | undefined {
  for (const { row, parts: needed } of ROWS) {
    if (!hasParts(parts, needed)) continue;
    const packed = row.unpack(parts, declared);
    if (packed && isSound(packed)) return { scheme: row.scheme, packed };
  }
  return undefined;
}

function hasParts(parts: Module["parts"], needed: readonly (readonly [string, readonly string[]])[]): boolean {
  for (const [part, types] of needed) {
    const type = parts.get(part)?.type;
    if (type === undefined || (types.length > 0 && !types.includes(type))) return false;
  }
  return true;
}

/** Shapes of a damaged file, or of a format that only resembles this one, give fractions. */
function isSound({ weights, bits, groupLength = 1 }: Packed): boolean {
  return Number.isSafeInteger(weights) && weights > 0 && bits > 0 && bits <= 16 && groupLength >= 1;
}

function addQuantized(
  quantized: Map<string, QuantizedPart>,
  parts: Module["parts"],
  scheme: string,
  { weights, bits, groupLength }: Packed,
): void {
  // Several widths side by side, as ExLlama mixes them, are one part.
  const key = scheme.startsWith("exl") ? scheme : `${scheme} ${bits} ${groupLength ?? "all"}`;
  const before = quantized.get(key);
  const stored = [...parts].filter(([part]) => part !== "bias").reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const all = (before?.weights ?? 0) + weights;
  quantized.set(key, {
    scheme,
    bits: ((before?.bits ?? 0) * (before?.weights ?? 0) + bits * weights) / all,
    ...(groupLength !== undefined && { groupLength }),
    modules: (before?.modules ?? 0) + 1,
    weights: all,
    bytes: (before?.bytes ?? 0) + stored,
  });
}

function addPlain(plain: Map<string, PlainPart>, tensor: Tensor): void {
  const before = plain.get(tensor.type);
  plain.set(tensor.type, {
    type: tensor.type,
    weights: (before?.weights ?? 0) + weightsOf(tensor),
    bytes: (before?.bytes ?? 0) + tensor.bytes,
  });
}

function addLeft(left: Map<string, LeftMatrix>, module: string, tensor: Tensor): void {
  const pattern = module.replace(/(^|\.)\d+(?=\.|$)/g, "$1*");
  const before = left.get(pattern);
  left.set(pattern, {
    pattern,
    type: tensor.type,
    modules: (before?.modules ?? 0) + 1,
    weights: (before?.weights ?? 0) + weightsOf(tensor),
  });
}

/** Whole numbers that are no weights (orders, counts of batches) count as bytes only. */
function weightsOf({ type, shape }: Tensor): number {
  if (!SAFETENSORS_TYPES.has(type) || /^(I|U|BOOL)/.test(type)) return 0;
  return shape.reduce((product, length) => product * length, 1);
}

/** Matrices, also those of all experts in one; not convolutions over a few columns. */
function isMatrix({ shape }: Tensor): boolean {
  return shape.length > 1 && shape.filter((length) => length > 8).length > 1;
}

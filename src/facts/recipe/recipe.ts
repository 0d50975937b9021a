import { LoadoutError } from "../errors/index.ts";
import type { Geometry } from "../model/index.ts";
import { type Tensor, tensorType } from "../weights/index.ts";
import { chosenType } from "./choose.ts";
import type { Place } from "./conditions.ts";
import { fittingType } from "./fall-back.ts";
import { convertedType } from "./kept.ts";
import { MIXES } from "./mixes.ts";
import { type Prepared, prepared, type Shaped } from "./prepared.ts";
import type { Role } from "./roles.ts";
import { traitsOf } from "./traits.ts";

/** A tensor that a recipe has given a type. */
export type Typed = Pick<Tensor, "name" | "shape" | "type" | "bytes">;

export interface RecipeOptions {
  /** an importance matrix was used: publishers do, and below three bits the engine asks for it; true unless said */
  readonly importance?: boolean;
  /** type of matrices that stay as they were converted ("BF16" unless said); both cost two bytes */
  readonly half?: "F16" | "BF16";
  /** type of a matrix that its publisher has quantized, and that stays so; {@link RELEASED} unless said */
  readonly released?: (name: string) => string | undefined;
}

/** Published in four bits, which the engine's quantizer leaves alone unless it is told to quantize again. */
const RELEASED: Readonly<Record<string, (name: string) => string | undefined>> = {
  "gpt-oss": (name) => (name.endsWith("_exps.weight") ? "MXFP4" : undefined),
};

/** File types a recipe is known for: "Q4_K_M", "IQ4_XS", "MXFP4_MOE", ... */
export const FILE_TYPE_NAMES: readonly string[] = [...MIXES.keys()];

/**
 * Type and bytes of every tensor, as the engine's own quantizer chooses them for a file type, in the order given. Case does
 * not matter in `fileType`; one that has no recipe is refused.
 * Source: `llama_model_quantize_impl` of `src/llama-quant.cpp`, llama.cpp b11434 (October 2026).
 */
export function quantized(
  geometry: Geometry,
  tensors: readonly Shaped[],
  fileType: string,
  { importance = true, half = "BF16", released = RELEASED[geometry.architecture] }: RecipeOptions = {},
): Typed[] {
  const mix = MIXES.get(fileType.toUpperCase());
  if (!mix) throw new LoadoutError("recipe-unknown", { got: fileType, known: FILE_TYPE_NAMES.join(", ") });
  const model = traitsOf(geometry);
  const ordered = prepared(tensors, model.architecture);
  const valueLayers = ordered.filter(({ role }) => role === "value").length;
  const counters = new Map<Role, number>();
  const blocks = (tensorType(mix.own)?.blockLength ?? 1) > 1;

  const typeOf = (tensor: Prepared): string => {
    const { name, shape, role, dimensions } = tensor;
    const as = released?.(name);
    if (as !== undefined) return as;
    if (tensor.kept) return convertedType(name, dimensions, blocks ? half : mix.own);
    if (!blocks) return mix.own;
    const counted = role === undefined ? 0 : (counters.get(role) ?? 0);
    if (role !== undefined) counters.set(role, counted + 1);
    const place: Place = {
      layer: role !== "value" && model.experts > 1 ? tensor.layer : counted,
      layers: role === "value" ? valueLayers : model.layers,
      counted,
      model,
      importance,
    };
    const type = fittingType(chosenType(mix, tensor, place), shape[0]!);
    if (type === undefined) throw new LoadoutError("recipe-rows", { tensor: name, columns: shape[0]!, got: fileType });
    return type;
  };
  const typed: Typed[] = [];
  for (const tensor of ordered) {
    const type = typeOf(tensor);
    const { blockLength, blockBytes } = tensorType(type)!;
    const bytes = (tensor.elements / blockLength) * blockBytes;
    typed[tensor.at] = { name: tensor.name, shape: tensor.shape, type, bytes };
  }
  return typed;
}

/** Bytes of the weights of a file: tensors at their places, each begun at a multiple of 32 bytes. The header comes on top. */
export function weightBytes(tensors: readonly Pick<Tensor, "bytes">[]): number {
  return tensors.reduce((sum, { bytes }) => sum + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 0);
}

/** Usual alignment of GGUF (`GGUF_DEFAULT_ALIGNMENT`). */
const ALIGNMENT = 32;

import { LoadoutError } from "../errors/index.ts";
import type { Geometry } from "../model/index.ts";
import { type Tensor, tensorType } from "../weights/index.ts";
import { chosenType } from "./choose.ts";
import type { Place } from "./conditions.ts";
import { fittingType } from "./fall-back.ts";
import { convertedType, isKept } from "./kept.ts";
import { MIXES } from "./mixes.ts";
import { type Role, roleOf } from "./roles.ts";
import { traitsOf } from "./traits.ts";

/** A tensor of a model, whatever it is stored as. */
export type Shaped = Pick<Tensor, "name" | "shape">;
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
  const tied = !tensors.some(({ name }) => name === "output.weight");
  const valueLayers = tensors.filter(({ name }) => roleOf(name) === "value").length;
  const counters = new Map<Role, number>();
  const blocks = (tensorType(mix.own)?.blockLength ?? 1) > 1;

  const typeOf = ({ name, shape }: Shaped): string => {
    const as = released?.(name);
    if (as !== undefined) return as;
    const dimensions = dimensionsOf(shape);
    if (isKept(name, dimensions, model.architecture)) return convertedType(name, dimensions, blocks ? half : mix.own);
    if (!blocks) return mix.own;
    const named = roleOf(name);
    const role = tied && named === "embedding" ? "output" : named;
    const counted = role === undefined ? 0 : (counters.get(role) ?? 0);
    if (role !== undefined) counters.set(role, counted + 1);
    const place: Place = {
      layer: role !== "value" && model.experts > 1 ? layerOf(name) : counted,
      layers: role === "value" ? valueLayers : model.layers,
      counted,
      model,
      importance,
    };
    const type = fittingType(chosenType(mix, { name, shape, role }, place), shape[0]!);
    if (type === undefined) throw new LoadoutError("recipe-rows", { tensor: name, columns: shape[0]!, got: fileType });
    return type;
  };
  const types = new Map(inLayers(tensors).map((tensor) => [tensor.name, typeOf(tensor)]));
  return tensors.map(({ name, shape }) => {
    const type = types.get(name)!;
    return { name, shape, type, bytes: bytesOf(type, shape) };
  });
}

/** Bytes of the weights of a file: tensors at their places, each begun at a multiple of 32 bytes. The header comes on top. */
export function weightBytes(tensors: readonly Pick<Tensor, "bytes">[]): number {
  return tensors.reduce((sum, { bytes }) => sum + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 0);
}

/** Usual alignment of GGUF (`GGUF_DEFAULT_ALIGNMENT`). */
const ALIGNMENT = 32;

function bytesOf(type: string, shape: readonly number[]): number {
  const { blockLength, blockBytes } = tensorType(type)!;
  return (shape.reduce((product, length) => product * length, 1) / blockLength) * blockBytes;
}

/** Dimensions that are not 1 at the end (`ggml_n_dims`). */
function dimensionsOf(shape: readonly number[]): number {
  return shape.findLastIndex((length) => length > 1) + 1 || 1;
}

/** The quantizer goes through a file layer by layer, by name inside each: counting depends on it. */
function inLayers(tensors: readonly Shaped[]): Shaped[] {
  return tensors.toSorted((a, b) => layerOf(a.name) - layerOf(b.name) || (a.name < b.name ? -1 : 1));
}

function layerOf(name: string): number {
  return Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
}

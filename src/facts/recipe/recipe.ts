import { LoadoutError } from "../errors/index.ts";
import type { Geometry } from "../model/index.ts";
import { type Tensor, tensorType } from "../weights/index.ts";
import { chosenType } from "./choose.ts";
import type { ModelTraits, Place } from "./conditions.ts";
import { fittingType } from "./fall-back.ts";
import { convertedType } from "./kept.ts";
import { type Mix, MIXES } from "./mixes.ts";
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
  options: RecipeOptions = {},
): Typed[] {
  const recipe = recipeOf(geometry, tensors, fileType, options);
  const counters = new Map<Role, number>();
  const typed: Typed[] = [];
  for (const tensor of recipe.ordered) {
    const counted = isCounted(recipe, tensor) ? count(counters, tensor.role) : 0;
    const type = typeIn(recipe, tensor, counted);
    const { name, shape, at, elements } = tensor;
    typed[at] = { name, shape, type, bytes: bytesOf(type, elements) };
  }
  return typed;
}

/** A recipe made ready for one model. */
export interface Recipe {
  readonly fileType: string;
  readonly mix: Mix;
  /** its own type has blocks: most are quantized */
  readonly blocks: boolean;
  readonly model: ModelTraits;
  readonly ordered: readonly Prepared[];
  readonly valueLayers: number;
  readonly half: string;
  readonly importance: boolean;
  readonly released: ((name: string) => string | undefined) | undefined;
}

export function recipeOf(
  geometry: Geometry,
  tensors: readonly Shaped[],
  fileType: string,
  { importance = true, half = "BF16", released = RELEASED[geometry.architecture] }: RecipeOptions = {},
): Recipe {
  const mix = mixOf(fileType);
  const blocks = inBlocks(mix);
  const model = traitsOf(geometry);
  const ordered = prepared(tensors, model.architecture);
  const valueLayers = ordered.filter(({ role }) => role === "value").length;
  return { fileType, mix, blocks, model, ordered, valueLayers, half, importance, released };
}

/** The same for another file type. */
export function withFileType(recipe: Recipe, fileType: string): Recipe {
  const mix = mixOf(fileType);
  return { ...recipe, fileType, mix, blocks: inBlocks(mix) };
}

function mixOf(fileType: string): Mix {
  const mix = MIXES.get(fileType.toUpperCase());
  if (!mix) throw new LoadoutError("recipe-unknown", { got: fileType, known: FILE_TYPE_NAMES.join(", ") });
  return mix;
}

/** Whether the quantizer counts a tensor among those of its role: it does so where it chooses a type. */
export function isCounted({ blocks, released }: Recipe, { name, kept }: Prepared): boolean {
  return !kept && blocks && released?.(name) === undefined;
}

/** How many tensors of a role came before, and one more from now on. */
export function count(counters: Map<Role, number>, role: Role | undefined): number {
  if (role === undefined) return 0;
  const before = counters.get(role) ?? 0;
  counters.set(role, before + 1);
  return before;
}

/** The type of a tensor that comes behind `counted` others of its role. */
export function typeIn(recipe: Recipe, tensor: Prepared, counted: number): string {
  const { fileType, mix, blocks, model, valueLayers, half, importance, released } = recipe;
  const { name, shape, role, dimensions } = tensor;
  const as = released?.(name);
  if (as !== undefined) return as;
  if (tensor.kept) return convertedType(name, dimensions, blocks ? half : mix.own);
  if (!blocks) return mix.own;
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
}

export function bytesOf(type: string, elements: number): number {
  const { blockLength, blockBytes } = tensorType(type)!;
  return (elements / blockLength) * blockBytes;
}

function inBlocks(mix: Mix): boolean {
  return (tensorType(mix.own)?.blockLength ?? 1) > 1;
}

/** Bytes of the weights of a file: tensors at their places, each begun at a multiple of 32 bytes. The header comes on top. */
export function weightBytes(tensors: readonly Pick<Tensor, "bytes">[]): number {
  return tensors.reduce((sum, { bytes }) => sum + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 0);
}

/** Usual alignment of GGUF (`GGUF_DEFAULT_ALIGNMENT`). */
const ALIGNMENT = 32;

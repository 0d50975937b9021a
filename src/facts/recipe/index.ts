export { fileTypeOf, usualFileType } from "./file-type.ts";
export type { Shaped } from "./prepared.ts";
export { FILE_TYPE_NAMES, quantized, type RecipeOptions, type Typed, weightBytes } from "./recipe.ts";

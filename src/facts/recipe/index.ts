export { fileTypeOf, usualFileType } from "./file-type.ts";
export type { Shaped } from "./prepared.ts";
export { quantizedGroups, tensorGroups, type TensorGroups, type TypedGroup } from "./groups.ts";
export { FILE_TYPE_NAMES, quantized, type RecipeOptions, type Typed, weightBytes } from "./recipe.ts";
export * from "./server/index.ts";

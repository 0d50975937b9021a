export { FILE_TYPE_NAMES, quantized, type RecipeOptions, type Shaped, type Typed, weightBytes } from "./recipe.ts";

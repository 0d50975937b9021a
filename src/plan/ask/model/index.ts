export { byRecipe } from "./by-recipe.ts";
export { type ConfigFolder, type ConfigModel, readConfigFolder } from "./config-folder.ts";
export { fromCatalog } from "./from-catalog.ts";
export { fromConfig } from "./from-config.ts";
export { weightsOfGguf } from "./from-gguf.ts";
export { type Opened, openFiles, weightsOf } from "./opened.ts";
export { requantized } from "./requantized.ts";
export type { Weights, WeightsHere } from "./weights.ts";

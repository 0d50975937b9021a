export { byRecipe } from "./by-recipe.ts";
export { type ConfigFolder, type ConfigModel, readConfigFolder } from "./config-folder.ts";
export { fromCatalog } from "./from-catalog.ts";
export { fromConfig } from "./from-config.ts";
export { weightsOfGguf } from "./from-gguf.ts";
export type { Opened } from "./opened.ts";
export { requantized } from "./requantized.ts";
export type { Weights, WeightsHere } from "./weights.ts";

/** Reading of files that were opened; loaded when there is one, since most questions are about the catalog. */
export const openedFiles = () => import("./opened.ts");

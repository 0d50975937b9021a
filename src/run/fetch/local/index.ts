export { findWeights } from "./find.ts";
export { matchWeights } from "./match.ts";
export { hubCacheDir } from "./places.ts";
export { removeWeights } from "./remove.ts";
export { lookAt } from "./walk.ts";
export type { LocalWeights } from "./weights.ts";

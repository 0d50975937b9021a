export { modelsOfDimensions, type Dimensions } from "./catalog-match.ts";
export { Fields, RowError } from "./fields.ts";
export { scoreLogRow } from "./row/score.ts";
export { cacheType } from "./row/settings.ts";

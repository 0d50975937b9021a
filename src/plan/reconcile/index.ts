export type { LogAdvice } from "./advice.ts";
export { modelsOfDimensions, type Dimensions } from "./catalog-match.ts";
export { Fields, RowError } from "./fields.ts";
export type { LogRow } from "./log-row.ts";
export { reconcileLog, type Reconciled, type ReconciledTerm } from "./reconcile.ts";
export { scoreLogRow } from "./row/score.ts";
export { cacheType } from "./row/settings.ts";

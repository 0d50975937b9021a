export * from "./advise/index.ts";
export * from "./answer/index.ts";
export * from "./command/index.ts";
export * from "./fit/index.ts";
export * from "./rank/index.ts";
export { reconcileLog, type LogRow, type Reconciled, type ReconciledTerm } from "./reconcile/index.ts";
export * from "./search/index.ts";

export * from "./advise/index.ts";
export * from "./answer/index.ts";
export * from "./command/index.ts";
export * from "./fit/index.ts";
export * from "./rank/index.ts";
export * from "./reconcile/index.ts";
export * from "./search/index.ts";

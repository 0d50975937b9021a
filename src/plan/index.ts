export * from "./answer/index.ts";
export * from "./fit/index.ts";
export * from "./rank/index.ts";

export * from "./estimate/index.ts";
export * from "./memory/index.ts";
export * from "./speed/index.ts";
export * from "./serving/index.ts";
export * from "./training/index.ts";

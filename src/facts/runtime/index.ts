export type * from "./llamacpp.ts";
export * from "./logs/index.ts";

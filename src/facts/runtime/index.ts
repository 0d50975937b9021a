export * from "./llamacpp-builds.ts";
export * from "./llamacpp-callers.ts";
export type * from "./llamacpp.ts";
export * from "./logs/index.ts";

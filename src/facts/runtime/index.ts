export type * from "./llamacpp.ts";
export * from "./llamacpp-builds.ts";
export * from "./llamacpp-callers.ts";

export * from "./flags/index.ts";
export type * from "./llamacpp-build.ts";
export * from "./llamacpp-builds.ts";
export * from "./llamacpp-callers.ts";
export * from "./llamacpp-find-build.ts";
export * from "./llamacpp-overrides.ts";
export * from "./llamacpp-slots.ts";
export type * from "./llamacpp.ts";
export * from "./logs/index.ts";

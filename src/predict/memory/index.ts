export type * from "./memory.ts";
export * from "./llamacpp/index.ts";

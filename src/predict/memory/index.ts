export { beyondOnDevice, processMemory, type BeyondQuestion } from "./beyond.ts";
export type * from "./memory.ts";
export * from "./llamacpp/index.ts";

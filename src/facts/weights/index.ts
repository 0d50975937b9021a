export * from "./byte-source.ts";
export * from "./file-types.ts";
export * from "./gguf-metadata.ts";
export * from "./gguf-read.ts";
export * from "./gguf-set.ts";
export * from "./gguf-value.ts";
export * from "./gguf-write.ts";
export type { Tensor } from "./tensor.ts";
export * from "./tensor-types.ts";

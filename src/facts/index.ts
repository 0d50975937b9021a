export * from "./errors/index.ts";
export * from "./hardware/index.ts";
export * from "./model/index.ts";
export * from "./quality/index.ts";
export * from "./recipe/index.ts";
export * from "./runtime/index.ts";
export * from "./units/index.ts";
export * from "./weights/index.ts";

export * from "./calibrate/index.ts";
export * from "./load/index.ts";
export * from "./prompts/index.ts";
export * from "./quality/index.ts";

export * from "./calibrate/index.ts";
export * from "./quality/index.ts";

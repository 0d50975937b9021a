export * from "./divergence.ts";
export * from "./estimate.ts";
export * from "./intervals.ts";

export type { Arrangement } from "./arrangement.ts";
export { arrangements } from "./arrangements.ts";
export * from "./quants/index.ts";
export { runtimeAdvice, type RuntimeAdvice } from "./runtime-advice.ts";

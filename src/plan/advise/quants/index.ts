export { adviseQuants, type QuantAdvice } from "./quants.ts";
export type { QuantQuestion } from "./question.ts";
export type { QuantChoice } from "./recommend.ts";
export type { QuantMemory, QuantNotHere, QuantQuality, QuantRow, QuantRuntime } from "./row.ts";

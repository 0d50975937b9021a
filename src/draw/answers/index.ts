export { cacheChart } from "./cache-chart.ts";
export { frontierChart } from "./frontier-chart.ts";
export { memoryChart } from "./memory-chart.ts";
export { paceChart } from "./pace-chart.ts";
export { quantChart } from "./quant-chart.ts";
export type { NamedFit } from "./source.ts";

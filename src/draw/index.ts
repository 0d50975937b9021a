export * from "./answers/index.ts";
export * from "./charts/index.ts";
export { frontier, lineSwatch, type ChartText, type DataTable, type Key } from "./parts/index.ts";
export { paint, type Theme } from "./svg/index.ts";

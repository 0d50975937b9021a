export * from "./charts/index.ts";
export { filledSwatch, frontier, lineSwatch, type ChartText, type DataTable, type Key } from "./parts/index.ts";
export { paint, SERIES, type Theme } from "./svg/index.ts";

export { heatTable, type Field, type HeatRow, type HeatTable } from "./heat-table.ts";
export { DASHES, markAt, RULE_DASHES } from "./marks.ts";
export type { MarkShape, Panel, Point, Rule, Series } from "./panel.ts";
export { panelsChart, type PanelsChart } from "./panels.ts";
export { stackedBars, type Bar, type Part, type StackedBars } from "./stacked-bars.ts";

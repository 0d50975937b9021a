export { filledSwatch, framed, lineSwatch, MARGIN, WIDTH, type Body, type ChartText, type Key } from "./frame.ts";
export { frontier } from "./frontier.ts";
export { inside, overlap, placed, spread, type Box } from "./labels.ts";
export type { DataTable } from "./table.ts";
export { axisOf, bottomAxis, leftAxis, type Axis, type AxisSpec } from "./axis.ts";

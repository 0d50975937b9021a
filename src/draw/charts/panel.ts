import type { AxisSpec } from "../parts/index.ts";

/** One value, with the ends of its band where it has one. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** written beside it where there is room */
  readonly label?: string;
}

export type MarkShape = "dot" | "ring" | "square" | "diamond";

/** Points of one thing: joined, marked, or both. */
export interface Series {
  /** written at its right end */
  readonly label?: string;
  /** `paint(...)` */
  readonly colour: string;
  readonly points: readonly Point[];
  readonly line?: "solid" | "dashed" | "dotted";
  readonly mark?: MarkShape;
}

/** A line across: a limit, a target. */
export interface Rule {
  readonly axis: "x" | "y";
  readonly at: number;
  /** absent: it is said in the legend */
  readonly label?: string;
  readonly colour?: string;
  /** shaded side: what lies beyond the limit */
  readonly shade?: "below" | "above";
}

/** One plot of a chart. */
export interface Panel {
  readonly title?: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly Series[];
  readonly rules?: readonly Rule[];
  /** of its plot, pixels, where it is not as high as the others */
  readonly height?: number;
}

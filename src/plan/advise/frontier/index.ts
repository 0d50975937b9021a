export { settingFor, type TargetSetting } from "./for-target.ts";
export { type Frontier, frontier, type FrontierQuestion } from "./frontier.ts";
export type { FrontierLoad } from "./made-points.ts";
export type { MeasuredLoad } from "./measured-point.ts";
export type { RepliedRun } from "./replied-point.ts";
export type { OperatingName, OperatingPoint } from "./operating.ts";
export type { FrontierPoint, Knobs, PointOrigin } from "./point.ts";

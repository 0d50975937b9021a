export { alternatives, longestContext, type Alternative } from "./alternatives.ts";
export { choose, settingsFor, type Choice } from "./choose.ts";
export type { Decision } from "./decision.ts";
export { GOAL_NAMES, GOALS, type Goal } from "./goals.ts";
export type { FitRequest, Wishes } from "./request.ts";
export type { PlaceBalance, Verdict, VerdictWord } from "./verdict.ts";

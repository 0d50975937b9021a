export { alternatives, longestContext, type Alternative } from "./alternatives.ts";
export { choose, settingsFor, type Choice } from "./choose.ts";
export type { Decision } from "./decision.ts";
export { GOAL_NAMES, GOALS, type Goal } from "./goals.ts";
export type { FitRequest, Wishes } from "./request.ts";
export { good, type PlaceBalance, type Verdict, type VerdictWord } from "./verdict.ts";

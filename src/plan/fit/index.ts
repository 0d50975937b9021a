export { alternatives, longestContext, type Alternative } from "./alternatives.ts";
export { choose, coresToUse, settingsFor, type Choice } from "./choose.ts";
export type { Decision } from "./decision.ts";
export { GOAL_NAMES, GOALS, READING, type Goal, type GoalTargets } from "./goals.ts";
export { bytesFromDisk, paceInput } from "./pace-input.ts";
export type { FitRequest, SmallerFile, Wishes } from "./request.ts";
export { good, ORDER, type PlaceBalance, type Verdict, type VerdictWord, verdictWord } from "./verdict.ts";
export { weigh, type Weighed } from "./weigh.ts";
export { largestThat, largestWithMargin } from "./largest.ts";

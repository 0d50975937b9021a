export { ANSWER_TOKENS, type ServeEngine, type ServeQuestion } from "./question.ts";
export { type LaneBasis, lanesOf, type PlannedLanes } from "./lanes-of.ts";
export { type PlannedEngine, planServe, type ServePlan, type StreamsPace, type TimedPrompt } from "./serve-plan.ts";
export type { StepPlan, StepRow } from "./step-tokens.ts";

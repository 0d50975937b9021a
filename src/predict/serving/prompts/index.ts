export { measuredPromptTime, type MeasuredPrompt } from "./measured.ts";
export { predictedPromptTime } from "./predicted.ts";
export { longestStepMs, stepPrice, type PromptTime } from "./prompt-time.ts";

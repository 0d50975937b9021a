export { measuredPromptTime, type MeasuredPrompt } from "./measured.ts";
export { predictedPromptTime } from "./predicted.ts";
export {
  besideAnswer,
  longestStepMs,
  meetingStepMs,
  SHARED_TOKENS,
  stepPrice,
  type PromptTime,
} from "./prompt-time.ts";

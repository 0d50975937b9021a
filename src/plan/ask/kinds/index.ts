export { answerTo } from "./answer-to.ts";
export type { Answers, Kind } from "./kinds.ts";

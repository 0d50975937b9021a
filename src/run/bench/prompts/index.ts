export { timePrompts, type TimeOptions } from "./time-prompts.ts";

export { timePrompts } from "./time-prompts.ts";

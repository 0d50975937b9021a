import { parseTokens } from "../../../facts/units/index.ts";
import { roomFor, type Wishes } from "../../fit/index.ts";

/** Answer whose end is timed where nobody names one, tokens: some two hundred words. */
export const ANSWER_TOKENS = 256;

interface PromptFlags {
  readonly prompt?: string;
  readonly answer?: number;
}

/** The prompt that is timed, tokens; undefined where none was named. */
export function promptOf({ prompt }: PromptFlags, command: string): number | undefined {
  return prompt === undefined ? undefined : parseTokens(prompt, `${command} --prompt`, 1);
}

/** The context that a named prompt and its answer take. */
export function roomOf(flags: PromptFlags, command = "fit"): Pick<Wishes, "room"> {
  const promptTokens = promptOf(flags, command);
  return promptTokens === undefined ? {} : { room: roomFor(promptTokens, flags.answer ?? ANSWER_TOKENS) };
}

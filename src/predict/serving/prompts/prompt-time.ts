import type { Provenance } from "../../estimate/index.ts";

/**
 * How long prompts take when at most `stepTokens` of them are computed in one step. Times are of a machine that does nothing
 * else; whoever waits for a token meanwhile waits for a step.
 */
export interface PromptTime {
  /** a whole prompt from an empty cache, ms */
  promptMs(stepTokens: number, promptTokens: number): number;
  /** half-width of the 80% band of times, natural logarithm */
  readonly spread: number;
  /** the same of a ratio of two times: what a step size costs against another */
  readonly ratioSpread: (stepTokens: number) => number;
  readonly provenance: Provenance;
  /** where the times are from, in words */
  readonly source: string;
}

/**
 * The longest step of a prompt, ms: its last, since each token sees all before it. A step that is longer than a prompt takes
 * several prompts whole.
 */
export function longestStepMs(time: PromptTime, stepTokens: number, promptTokens: number): number {
  if (stepTokens >= promptTokens) return (time.promptMs(stepTokens, promptTokens) * stepTokens) / promptTokens;
  return time.promptMs(stepTokens, promptTokens) - time.promptMs(stepTokens, promptTokens - stepTokens);
}

/** A prompt's time with steps of one size against another's: 1.04 is 4% slower. */
export function stepPrice(time: PromptTime, stepTokens: number, against: number, promptTokens: number): number {
  return time.promptMs(stepTokens, promptTokens) / time.promptMs(against, promptTokens);
}

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

/**
 * The same beside one that is being answered. Where each slot has a cache of its own, sequences are computed in equal parts: of a
 * step of 128 first a token of each, then 126 of the prompt. So each step takes a token's time longer, and works like one that is
 * two tokens smaller: below the width of a kernel's tile that costs.
 */
export function besideAnswer(time: PromptTime, tokenMs: number): PromptTime {
  return {
    ...time,
    promptMs: (stepTokens, promptTokens) =>
      time.promptMs(Math.max(1, stepTokens - SHARED_TOKENS), promptTokens) +
      Math.ceil(promptTokens / stepTokens) * tokenMs,
  };
}

/** the answer's token, and the prompt's that is computed with it */
export const SHARED_TOKENS = 2;

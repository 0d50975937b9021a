import type { Provenance } from "../../estimate/index.ts";

/**
 * How long prompts take when at most `stepTokens` of them are computed in one step. Times are of a machine that does nothing
 * else; whoever waits for a token meanwhile waits for a step.
 */
export interface PromptTime {
  /** a whole prompt from an empty cache, ms */
  promptMs(stepTokens: number, promptTokens: number): number;
  /**
   * so many of a prompt's tokens, computed at once, the last of them at this place of it, beside so many tokens of others that share
   * what a step costs at all, ms
   */
  partMs(tokens: number, place: number, beside: number): number;
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

/**
 * The step in which one prompt ends and the next begins, ms, at its worst. Sequences are computed in equal parts, so the end of the
 * first, which has k tokens of the step, falls into a part as long as the other's beginning, b = step - k, and a part of the k - b
 * that are left; deep in a prompt, parts that a kernel's tile does not fill cost more than one that fills it.
 */
export function meetingStepMs(time: PromptTime, tokenMs: number, stepTokens: number, promptTokens: number): number {
  const most = Math.min(stepTokens - SHARED_TOKENS, promptTokens);
  let longest = 0;
  for (let eighths = 4; eighths < 8; eighths++) {
    const ends = Math.ceil((most * eighths) / 8);
    const begins = most - ends;
    if (begins < 1) continue;
    const rest = ends - begins;
    const together =
      time.partMs(begins, promptTokens - rest, begins) +
      time.partMs(begins, begins, begins) +
      (rest > 0 ? time.partMs(rest, promptTokens, 0) : 0);
    longest = Math.max(longest, together);
  }
  return longest + tokenMs;
}

/** the answer's token, and the prompt's that is computed with it */
export const SHARED_TOKENS = 2;

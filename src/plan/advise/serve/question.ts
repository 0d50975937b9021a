import type { LaneSettings, MeasuredPrompt } from "../../../predict/serving/index.ts";
import type { Choice, FitRequest } from "../../fit/index.ts";

/** A model that is to be served on a rig, and what its engine can do. */
export interface ServeQuestion {
  readonly request: FitRequest;
  /** chosen for the same request: placement, context, sequences */
  readonly choice: Choice;
  readonly engine: ServeEngine;
  /** length of the long prompts that come while others wait; absent: half of a slot's context */
  readonly promptTokens?: number;
  /** length of an answer, on average */
  readonly answerTokens?: number;
  /** chats at a time that find a place at once */
  readonly chats?: number;
  /** requests a second, all clients together, where somebody knows */
  readonly arrivalsPerSec?: number;
  /** prompts that were timed on this machine with this model */
  readonly measured?: readonly MeasuredPrompt[];
  /** longest wait for a token that a prompt of another may cause, ms; absent: the goal's */
  readonly capMs?: number;
  /** models that are served beside each other, this one counted; they share what RAM is left for prompts */
  readonly models?: number;
  /** tokens of a step, asked for: then nothing is chosen */
  readonly stepTokens?: number;
}

export interface ServeEngine {
  readonly name: string;
  /** how batch makes room, see {@link LaneSettings.preemption} */
  readonly preemption: LaneSettings["preemption"];
  /** it keeps prompts of slots that were given to others in RAM (`--cache-ram`) */
  readonly promptCache: boolean;
}

/** Answers of chats and jobs differ widely; this is near the middle of published chat logs. Only lengths of queues follow from it. */
export const ANSWER_TOKENS = 256;

export function promptTokensOf({ promptTokens, choice }: ServeQuestion): number {
  return promptTokens ?? Math.max(1, Math.floor(choice.context / 2));
}

/** What one step of an engine computes. One object is filled anew for every step. */
export interface StepWork {
  /** sequences that draw a token each */
  decodeStreams: number;
  /** tokens in their caches, summed */
  decodeDepthTokens: number;
  /** tokens of prompts */
  promptTokens: number;
  /** of each prompt token the tokens before it, summed */
  promptDepthTokens: number;
  /** prompts that have a part in it */
  prompts: number;
  /** tokens of each micro-batch that the engine cuts the step into: the weights are read for each */
  passTokens: readonly number[];
  /** milliseconds on the run's clock when it begins: for times that are drawn or change */
  atMs: number;
}

/** How long a step takes, ms. Must be fast: it is asked once per step. */
export interface StepTimes {
  stepMs(work: StepWork): number;
  /** where the times are from */
  readonly provenance: "datasheet" | "calibrated";
  readonly source: string;
}

const NONE: readonly number[] = [];
/** Lists of one number, made once. */
const ALONE: (readonly number[])[] = [];
const MOST_KEPT = 8192;

/** The step is one micro-batch. */
export function onePass(work: StepWork): void {
  const tokens = work.decodeStreams + work.promptTokens;
  work.passTokens = tokens > MOST_KEPT ? [tokens] : (ALONE[tokens] ??= [tokens]);
}

export function emptyWork(): StepWork {
  return {
    decodeStreams: 0,
    decodeDepthTokens: 0,
    promptTokens: 0,
    promptDepthTokens: 0,
    prompts: 0,
    passTokens: NONE,
    atMs: 0,
  };
}

export function addPrompt(work: StepWork, heldTokens: number, tokens: number): void {
  work.promptTokens += tokens;
  work.promptDepthTokens += tokens * (heldTokens + (tokens - 1) / 2);
  work.prompts++;
}

export function clearWork(work: StepWork, atMs: number): void {
  work.decodeStreams = 0;
  work.decodeDepthTokens = 0;
  work.promptTokens = 0;
  work.promptDepthTokens = 0;
  work.prompts = 0;
  work.passTokens = NONE;
  work.atMs = atMs;
}

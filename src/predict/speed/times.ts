import { decodePace } from "./decode-pace.ts";
import type { PaceInput } from "./input.ts";
import { prefillPace } from "./prefill-pace.ts";
import type { Pace } from "./speed.ts";

/** A time with its 80% band, milliseconds. */
export interface Duration {
  readonly ms: number;
  readonly low: number;
  readonly high: number;
}

/** A request: a prompt, a share of which may lie in the cache already, and an answer. */
export interface PromptAndAnswer {
  readonly promptTokens: number;
  /** 0 to 1: what a prefix cache or an earlier turn holds */
  readonly cachedShare?: number;
  readonly answerTokens?: number;
}

export interface RequestTimes {
  /** nothing cached */
  readonly firstTokenCold: Duration;
  /** the stated share cached; the same where none is */
  readonly firstToken: Duration;
  /** from the request to the last token */
  readonly end: Duration;
  readonly prefill: Pace;
  /** halfway through the answer */
  readonly decode: Pace;
}

/** The last step of the prompt yields the first token: an answer of n tokens takes n - 1 steps of its own. */
export function requestTimes(
  input: PaceInput,
  { promptTokens, cachedShare = 0, answerTokens = 256 }: PromptAndAnswer,
): RequestTimes | undefined {
  const cached = Math.min(promptTokens - 1, Math.round(promptTokens * cachedShare));
  const cold = prefillPace(input, promptTokens);
  const warm = prefillPace(input, promptTokens - cached, cached);
  const decode = decodePace(input, promptTokens + Math.floor(answerTokens / 2));
  if (!cold || !warm || !decode) return undefined;
  const firstToken = durationOf(promptTokens - cached, warm);
  const answer = durationOf(Math.max(0, answerTokens - 1), decode);
  return {
    firstTokenCold: durationOf(promptTokens, cold),
    firstToken,
    end: { ms: firstToken.ms + answer.ms, low: firstToken.low + answer.low, high: firstToken.high + answer.high },
    prefill: warm,
    decode,
  };
}

function durationOf(tokens: number, pace: Pace): Duration {
  return {
    ms: (tokens / pace.tokensPerSec) * 1000,
    low: (tokens / pace.high) * 1000,
    high: (tokens / pace.low) * 1000,
  };
}

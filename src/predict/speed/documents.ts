import type { PaceInput } from "./input.ts";
import { prefillPace } from "./prefill-pace.ts";
import type { Pace } from "./speed.ts";

/** How fast texts of one length become vectors or scores. */
export interface DocumentPace {
  /** texts that one step reads */
  readonly perStep: number;
  /** tokens a second */
  readonly reading: Pace;
  /** texts a second, with its 80% band */
  readonly perSec: { readonly value: number; readonly low: number; readonly high: number };
}

/** No published rate of an encoder is among the measurements: bands of decoders' prompts, half as wide again. */
const ENCODER_BAND = 1.5;

/**
 * Texts of `tokens` each, as many in a step as `most` and the micro-batch allow. Without a cache every token attends to the whole
 * batch and the mask hides other texts, so that more texts a step cost more attention. Undefined as {@link prefillPace} is.
 */
export function documentPace(input: PaceInput, tokens: number, most = 1): DocumentPace | undefined {
  const perStep = Math.max(1, Math.min(most, Math.floor(input.microBatch / tokens)));
  const pace = prefillPace(input, perStep * tokens);
  if (!pace) return undefined;
  const { tokensPerSec } = pace;
  const wide = (end: number) => (input.geometry.cacheless ? tokensPerSec * (end / tokensPerSec) ** ENCODER_BAND : end);
  const reading = { ...pace, low: wide(pace.low), high: wide(pace.high) };
  const texts = (rate: number) => rate / tokens;
  return {
    perStep,
    reading,
    perSec: { value: texts(tokensPerSec), low: texts(reading.low), high: texts(reading.high) },
  };
}

/** Ways llama-server guesses from the text so far, without a model (--spec-type). */
export const LOOK_UP_NAMES = ["ngram-simple", "ngram-map-k", "ngram-map-k4v", "ngram-mod"] as const;
export type LookUp = (typeof LOOK_UP_NAMES)[number];

/** What one of them takes. */
export interface LookUpFacts {
  /** says how many tokens are guessed in a row */
  readonly tokensFlag: string;
  /** as many without the flag (its --help, b11434) */
  readonly usualTokens: number;
  /** tables in RAM, from the start: one for all sequences, and one each */
  readonly sharedBytes: number;
  readonly sequenceBytes: number;
  /** what a token of a sequence adds at most while it grows */
  readonly tokenBytes: number;
}

/** 2^18 places of 4 bytes; a sequence of words that came before is noted down in 88 (common/ngram-map.h). */
const MAP = { usualTokens: 48, sharedBytes: 0, sequenceBytes: 4 * 2 ** 18, tokenBytes: 88 };

/** common/common.h, common/speculative.cpp, b11434. A lookup file (`ngram-cache`) grows with what it has seen: it is not here. */
export const LOOK_UPS: Readonly<Record<LookUp, LookUpFacts>> = {
  "ngram-simple": {
    tokensFlag: "--spec-ngram-simple-size-m",
    usualTokens: 48,
    sharedBytes: 0,
    sequenceBytes: 0,
    tokenBytes: 0,
  },
  "ngram-map-k": { tokensFlag: "--spec-ngram-map-k-size-m", ...MAP },
  "ngram-map-k4v": { tokensFlag: "--spec-ngram-map-k4v-size-m", ...MAP },
  // 4 Mi tokens (common/ngram-mod.h)
  "ngram-mod": {
    tokensFlag: "--spec-ngram-mod-n-max",
    usualTokens: 64,
    sharedBytes: 4 * 4 * 2 ** 20,
    sequenceBytes: 0,
    tokenBytes: 0,
  },
};

/** "ngram-mod" of `--spec-type`; "ngram" alone is the simple one. */
export function lookUpNamed(name: string): LookUp | undefined {
  if (name === "ngram") return "ngram-simple";
  return LOOK_UP_NAMES.find((each) => each === name);
}

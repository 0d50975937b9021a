/** Who guesses: a smaller model, a head that reads the model's states, the block a model has for it, or a look-up in the text so far. */
export type Guesser = "model" | "eagle3" | "mtp" | "ngram";

/** What is assumed of guesses that nobody described, 0 to 1. */
export interface UsualGuesses {
  /** chance that a guess is right, given that those before it were */
  readonly low: number;
  readonly value: number;
  readonly high: number;
  /** share of the steps that have a guess; absent: all */
  readonly draftedShare?: number;
  readonly source: string;
  /** guessed in a row where nobody says how many */
  readonly draftTokens: number;
  readonly tokensFrom: string;
}

/** How often a guess is right depends on the text and on how alike the two models are: intervals of what was published. */
export const USUAL_GUESSES: Readonly<Record<Guesser, UsualGuesses>> = {
  model: {
    low: 0.5,
    value: 0.65,
    high: 0.8,
    source: "recalled of Leviathan et al. 2023, table 3: 0.53 to 0.82 for drafts far smaller than their models",
    draftTokens: 3,
    tokensFrom: "llama-server's default (--spec-draft-n-max)",
  },
  eagle3: {
    low: 0.55,
    value: 0.72,
    high: 0.85,
    source: "recalled of the EAGLE-3 paper (Li et al. 2025): 0.7 to 0.8 for each guess in chats, less in other text",
    draftTokens: 3,
    tokensFrom: "llama-server's default (--spec-draft-n-max)",
  },
  mtp: {
    low: 0.6,
    value: 0.77,
    high: 0.9,
    source: "recalled of DeepSeek-V3's report: 0.85 to 0.9 for the first guess; later ones of the same block are worse",
    draftTokens: 3,
    tokensFrom: "llama-server's default (--spec-draft-n-max)",
  },
  ngram: {
    low: 0.35,
    value: 0.45,
    high: 0.8,
    draftedShare: 0.45,
    source: "look-ups of 4 tokens under vLLM: 13 to 21% of all guesses in chats, 44 to 58% in text that repeats itself",
    draftTokens: 4,
    tokensFrom: "as many as those look-ups guessed; llama-server's default is 48 (--spec-ngram-simple-size-m)",
  },
};

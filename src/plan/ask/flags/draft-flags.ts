import { parseCount, parseShare } from "../../../facts/units/index.ts";

/** Flags that say how a server guesses tokens ahead. */
export interface DraftFlags {
  /** a model, "eagle3:" and a draft head, "mtp" (the block appended to the model), or a look-up in the text so far ("ngram", "ngram-mod") */
  readonly draft?: string;
  readonly draftTokens?: number;
  /** chance that a guess is right, given that those before it were, 0 to 1 */
  readonly acceptance?: number;
}

export const MOST_DRAFT_TOKENS = 64;

export const draftFlags = {
  draft: {
    kind: "parsed",
    parse: String,
    brief: "Who guesses: a small model, eagle3:FILE, mtp, ngram",
    optional: true,
  },
  draftTokens: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--draft-tokens", 1, MOST_DRAFT_TOKENS),
    brief: "Tokens guessed in a row; without it the usual number",
    optional: true,
  },
  acceptance: {
    kind: "parsed",
    parse: (text: string) => parseShare(text, "--acceptance"),
    brief: "Chance that a guess is right: 0.7; else assumed",
    optional: true,
  },
} as const;

/** One of them, if any was typed. */
export function draftFlagOf({ draft, draftTokens, acceptance }: DraftFlags): string | undefined {
  if (draft !== undefined) return "--draft";
  if (draftTokens !== undefined) return "--draft-tokens";
  return acceptance === undefined ? undefined : "--acceptance";
}

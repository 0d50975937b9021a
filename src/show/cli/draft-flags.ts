import { LoadoutError } from "../../facts/errors/index.ts";
import { parseCount, parseShare } from "../../facts/units/index.ts";
import { type Guesser, USUAL_GUESSES } from "../../predict/speed/index.ts";
import type { ToldGuesses } from "../../facts/runtime/index.ts";
import type { CliContext } from "./context.ts";
import { modelFor } from "./model/model-for.ts";
import type { Weights } from "./model/weights.ts";
import type { Progress } from "./text/progress.ts";

/** Flags that say how a server guesses tokens ahead. */
export interface DraftFlags {
  /** a model, or "mtp" (the block appended to the model), or "ngram" (a look-up in the text so far) */
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
    brief: "Who guesses tokens ahead: a small model, mtp, ngram",
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

/** Guesses that were asked about, with the weights of their model. */
export interface Drafting {
  readonly by: Guesser;
  readonly weights?: Weights;
  readonly draftTokens: number;
  readonly tokensBecause: string;
  readonly acceptance?: number;
}

/** One of them, if any was typed. */
export function draftFlagOf({ draft, draftTokens, acceptance }: DraftFlags): string | undefined {
  if (draft !== undefined) return "--draft";
  if (draftTokens !== undefined) return "--draft-tokens";
  return acceptance === undefined ? undefined : "--acceptance";
}

/** A server refuses a draft whose vocabulary is larger or smaller by more entries (common/speculative.cpp, b11434). */
const MOST_UNLIKE_ENTRIES = 128;

/** Reads what guesses, if anything does, by flags or as a server was told; flags that only describe guesses are refused without one. */
export async function draftingOf(
  context: CliContext,
  flags: DraftFlags & { readonly models?: readonly string[] },
  progress: Progress,
  told?: ToldGuesses,
): Promise<Drafting | undefined> {
  const { draft = told && (told.model ?? told.by), draftTokens = told?.draftTokens, acceptance } = flags;
  if (draft === undefined) {
    if (draftTokens === undefined && acceptance === undefined) return undefined;
    throw new LoadoutError("draft-missing", { flag: draftFlagOf(flags)! });
  }
  const by: Guesser = draft === "mtp" || draft === "ngram" ? draft : "model";
  const usual = USUAL_GUESSES[by];
  const { models } = flags;
  const weights = by === "model" ? await modelFor(context, draft, models ? { models } : {}, progress) : undefined;
  return {
    by,
    ...(weights ? { weights } : {}),
    draftTokens: draftTokens ?? usual.draftTokens,
    tokensBecause:
      draftTokens === undefined
        ? usual.tokensFrom
        : flags.draftTokens === undefined
          ? "as the server is told"
          : "asked for",
    ...(acceptance === undefined ? {} : { acceptance }),
  };
}

/** Refuses a draft that no server would take beside this model; says what of that could not be seen. */
export function checkDraft(model: Weights, { weights: draft }: Drafting): readonly string[] {
  if (draft === undefined) return [];
  const [own, other] = [model.geometry.vocabularySize, draft.geometry.vocabularySize];
  if (Math.abs(own - other) > MOST_UNLIKE_ENTRIES) {
    throw new LoadoutError("draft-vocabulary", {
      name: draft.facts.name,
      entries: other,
      model: model.facts.name,
      modelEntries: own,
      most: MOST_UNLIKE_ENTRIES,
    });
  }
  return [
    ...(draft.assumptions ?? []).map((text) => `of the draft: ${text}`),
    `the draft's vocabulary is the model's: both have about ${own} entries, and the words were not compared`,
  ];
}

import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ToldGuesses } from "../../../facts/runtime/index.ts";
import { type Guesser, USUAL_GUESSES } from "../../../predict/speed/index.ts";
import { draftFlagOf, type DraftFlags } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

/** Guesses that were asked about, with the weights of their model. */
export interface Drafting {
  readonly by: Guesser;
  readonly weights?: Weights;
  readonly draftTokens: number;
  readonly tokensBecause: string;
  readonly acceptance?: number;
}

/** A server refuses a draft whose vocabulary is larger or smaller by more entries (common/speculative.cpp, b11434). */
const MOST_UNLIKE_ENTRIES = 128;

/** Reads what guesses, if anything does, by flags or as a server was told; flags that only describe guesses are refused without one. `read`: the model that a name means. */
export async function draftingOf(
  flags: DraftFlags,
  told: ToldGuesses | undefined,
  read: (model: string) => Promise<Weights>,
): Promise<Drafting | undefined> {
  const { draft = told && (told.model ?? told.by), draftTokens = told?.draftTokens, acceptance } = flags;
  if (draft === undefined) {
    if (draftTokens === undefined && acceptance === undefined) return undefined;
    throw new LoadoutError("draft-missing", { flag: draftFlagOf(flags)! });
  }
  const by: Guesser = draft === "mtp" || draft === "ngram" ? draft : "model";
  const usual = USUAL_GUESSES[by];
  const weights = by === "model" ? await read(draft) : undefined;
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

import { LoadoutError } from "../../../facts/errors/index.ts";
import { type LookUp, lookUpNamed, type ToldGuesses, type ToldPlaces } from "../../../facts/runtime/index.ts";
import { headRefusal } from "../../../predict/memory/index.ts";
import { type Guesser, USUAL_GUESSES } from "../../../predict/speed/index.ts";
import { draftFlagOf, type DraftFlags } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";
import { draftMemory, guessingOf } from "./guessing.ts";

/** Guesses that were asked about, with the weights of their model. */
export interface Drafting {
  readonly by: Guesser;
  readonly weights?: Weights;
  /** where it lies and what its cache is of, as a server is told */
  readonly placed?: ToldPlaces;
  /** where a look-up guesses */
  readonly lookUp?: LookUp;
  readonly draftTokens: number;
  readonly tokensBecause: string;
  readonly acceptance?: number;
  /** how a question has it, at hand where there is one: a page reads them with it */
  readonly memory: typeof draftMemory;
  readonly guessing: typeof guessingOf;
}

/** A server refuses a draft whose vocabulary is larger or smaller by more entries (common/speculative.cpp, b11434). */
const MOST_UNLIKE_ENTRIES = 128;

/** Reads what guesses, if anything does, by flags or as a server was told; flags that only describe guesses are refused without one. `read`: the model that a name means. */
export async function draftingOf(
  flags: DraftFlags,
  line: ToldGuesses | undefined,
  read: (model: string) => Promise<Weights>,
): Promise<Drafting | undefined> {
  const told = flags.draft === undefined ? known(line) : undefined;
  const { draft = told && wordOf(told), draftTokens = told?.draftTokens, acceptance } = flags;
  if (draft === undefined) {
    if (draftTokens === undefined && acceptance === undefined) return undefined;
    throw new LoadoutError("draft-missing", { flag: draftFlagOf(flags)! });
  }
  const lookUp = lookUpNamed(draft);
  const head = /^eagle3:(.+)$/.exec(draft)?.[1];
  const by: Guesser = draft === "mtp" ? draft : lookUp ? "ngram" : head === undefined ? "model" : "eagle3";
  const usual = USUAL_GUESSES[by];
  const weights = by === "model" || by === "eagle3" ? await read(head ?? draft) : undefined;
  if (weights && (weights.geometry.draftHead !== undefined) !== (by === "eagle3")) {
    const { name } = weights.facts;
    throw by === "eagle3"
      ? new LoadoutError("draft-not-a-head", { name, architecture: weights.geometry.architecture })
      : new LoadoutError("draft-is-a-head", { name, draft });
  }
  return {
    by,
    ...(weights ? { weights } : {}),
    ...(lookUp ? { lookUp } : {}),
    ...(told?.placed ? { placed: told.placed } : {}),
    draftTokens: draftTokens ?? usual.draftTokens,
    tokensBecause:
      draftTokens === undefined
        ? usual.tokensFrom
        : flags.draftTokens === undefined
          ? "as the server is told"
          : "asked for",
    ...(acceptance === undefined ? {} : { acceptance }),
    memory: draftMemory,
    guessing: guessingOf,
  };
}

/** Guesses of a kind that is not known here are refused: what they take would be left out. */
function known(line: ToldGuesses | undefined): Exclude<ToldGuesses, { by: "other" }> | undefined {
  if (line?.by === "other") throw new LoadoutError("draft-type-unknown", { types: line.types });
  return line;
}

/** As `--draft` has it. */
function wordOf({ by, model, lookUp }: Exclude<ToldGuesses, { by: "other" }>): string {
  if (by === "eagle3") return `eagle3:${model}`;
  return model ?? lookUp ?? by;
}

/** Refuses a draft that no server would take beside this model; says what of that could not be seen. */
export function checkDraft(model: Weights, { by, weights: draft }: Drafting): readonly string[] {
  if (draft === undefined) return [];
  // a head's words are the model's own; whether it was trained for this very model no file says
  if (by === "eagle3") {
    const refusal = headRefusal(model.geometry, draft);
    if (refusal) throw new LoadoutError("draft-head-refused", { name: draft.facts.name, because: refusal.because });
    return ["the draft head was trained for this model: its widths fit, more was not compared"];
  }
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

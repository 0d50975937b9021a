import type { Load, Lookup } from "../speed/index.ts";
import { type ServerCards, type ServerRequests, serverTimes } from "./step.ts";

/** How a server guesses ahead, and how often it guesses right: facts about the text, stated or assumed. */
export interface ServerSpeculation {
  /** guessed in a row before the model looks */
  readonly draftTokens: number;
  /** share of all guessed tokens that is accepted, as servers print it, 0 to 1 */
  readonly acceptedShare: number;
  /** share of the steps that have a guess: a look-up finds none for many; absent: all */
  readonly draftedShare?: number;
  /** the model that guesses; absent: guesses cost nothing */
  readonly draft?: { readonly load: Load; readonly width: number };
}

/** A round in place of a step. */
export interface Round {
  readonly seconds: number;
  /** of each stream */
  readonly tokens: number;
}

/**
 * One round: guesses one by one, then one step that checks them all. A draft runs whole on each card, and its layers are launched
 * one by one, outside the graphs that the model runs in.
 */
export function speculativeRound(
  load: Load,
  width: number,
  cards: ServerCards,
  requests: ServerRequests,
  speculation: ServerSpeculation,
  log: Lookup,
): Round {
  const { draftTokens, acceptedShare, draftedShare = 1, draft } = speculation;
  const guessed = draftTokens * draftedShare;
  const checking = serverTimes(load, width, cards, { ...requests, tokensPerStep: 1 + guessed }, log).stepSeconds;
  const alone = { ...cards, tensorParallel: 1, pipelineParallel: 1 };
  const drafting = draft
    ? guessed *
      (serverTimes(draft.load, draft.width, alone, requests, log).stepSeconds + draft.load.layers * DRAFT_LAYER_SECONDS)
    : 0;
  return { seconds: checking + drafting, tokens: 1 + guessed * acceptedShare };
}

/** vLLM with drafts of 28 layers, 2 to 8 tokens: 12 to 15 ms for each guess, whether the draft has 0.6 or 1.7 billion weights. */
const DRAFT_LAYER_SECONDS = 350e-6;

/** How many weights a multi-token head reads beside those of the model's layers: one of its own, and the output matrix. */
const HEAD_LAYERS = 2;

/** The head of a model that guesses its own next tokens. */
export function headLoad(load: Load): Load {
  const share = Math.min(1, HEAD_LAYERS / Math.max(1, load.layers));
  return {
    ...load,
    layers: 1,
    denseBytes: load.denseBytes * share,
    expertBytes: load.expertBytes * share,
    parameters: Object.fromEntries(Object.entries(load.parameters).map(([kind, part]) => [kind, part * share])),
    bodyParameters: load.bodyParameters * share,
    attention: load.attention.map((part) => ({ ...part, bytesPerToken: part.bytesPerToken * share })),
    stateBytes: 0,
  };
}

/**
 * What is assumed of guesses that nobody described: how many in a row, and how many of them are right; both depend on the text.
 * vLLM's look-ups with 4 tokens print 0.13 to 0.21 for chats, 0.44 to 0.58 for text that repeats itself.
 */
export const ASSUMED_GUESSES = {
  lookup: { draftTokens: 4, acceptedShare: 0.2, draftedShare: 0.45 },
  head: { draftTokens: 3, acceptedShare: 0.6 },
} as const;

/** Half-width of the band, natural logarithm: guesses stated; stated but for how often a look-up finds one; assumed. */
export const GUESSED_SPREAD = { stated: 0.3, lookup: 0.4, assumed: 0.8 } as const;

import { formatDuration, formatNumber } from "../../facts/units/index.ts";
import { leastCertain } from "../estimate/index.ts";
import { decodePace } from "./decode-pace.ts";
import type { PaceInput } from "./input.ts";
import type { Pace } from "./speed.ts";

/** How tokens are guessed ahead. */
export interface Guesses {
  /** guessed in a row before the model looks */
  readonly draftTokens: number;
  /** share of the steps that have a guess: a look-up finds none for many; absent: all */
  readonly draftedShare?: number;
  /** the model that guesses; absent: guesses that cost nothing (n-grams of the prompt) */
  readonly draft?: PaceInput;
}

/** Guesses, and how often one is right: a fact about the text, which has to be stated. */
export interface Speculation extends Guesses {
  /** chance that a guess is accepted, given that those before it were, 0 to 1 */
  readonly acceptance: number;
}

/** What a round of guesses takes, beside a plain step; it is the same however many of them are right. */
export interface Round {
  readonly guesses: Guesses;
  readonly streams: number;
  /** of all streams together, as the paces below */
  readonly plain: Pace;
  /** one step over the guesses of all streams and the token before them, on an empty context */
  readonly checked: Pace;
  /** absent: guesses cost nothing */
  readonly drafted?: Pace;
  /** what reading the cache adds to a step */
  readonly cacheSeconds: number;
  readonly seconds: number;
  /** of a step that has no guess to check */
  readonly plainSeconds: number;
}

/**
 * A round drafts k tokens one by one and checks them in one step of k + 1 a stream. The tokens of a stream read its cache together,
 * so a full one adds what it adds to a plain step. Undefined where a bandwidth is unknown.
 */
export function speculativeRound(input: PaceInput, depth: number, guesses: Guesses): Round | undefined {
  const { draftTokens, draft, draftedShare = 1 } = guesses;
  const { streams = 1 } = input;
  const plain = decodePace(input, depth);
  const empty = decodePace(input, 0);
  const checked = decodePace({ ...input, streams: streams * (draftTokens + 1) }, 0);
  const drafted = draft && decodePace({ ...draft, streams }, depth);
  if (!plain || !empty || !checked || (draft && !drafted)) return undefined;
  const plainSeconds = streams / plain.tokensPerSec;
  const cacheSeconds = depth === 0 ? 0 : Math.max(0, plainSeconds - streams / empty.tokensPerSec);
  const checking = (streams * (draftTokens + 1)) / checked.tokensPerSec + cacheSeconds;
  const drafting = drafted ? (streams * draftTokens) / drafted.tokensPerSec : 0;
  return {
    guesses,
    streams,
    plain,
    checked,
    ...(drafted ? { drafted } : {}),
    cacheSeconds,
    seconds: draftedShare * (checking + drafting) + (1 - draftedShare) * plainSeconds,
    plainSeconds,
  };
}

/** Tokens that a stream gains in a round of k guesses: 1 + a + a^2 + ... + a^k (Leviathan et al. 2023, equation 1). */
export function tokensPerRound({ draftTokens, draftedShare = 1 }: Guesses, acceptance: number): number {
  const guessed = acceptance >= 1 ? draftTokens : (acceptance - acceptance ** (draftTokens + 1)) / (1 - acceptance);
  return 1 + draftedShare * guessed;
}

/** Pace of a round, all streams together. The band is that of its parts, by their share of the time. */
export function roundPace(round: Round, acceptance: number): Pace {
  const { streams, seconds, checked, drafted, guesses } = round;
  const tokens = tokensPerRound(guesses, acceptance);
  const tokensPerSec = (streams * tokens) / seconds;
  const draftShare = drafted ? Math.min(1, (streams * guesses.draftTokens) / drafted.tokensPerSec / seconds) : 0;
  const half = spreadOf(checked) * (1 - draftShare) + (drafted ? spreadOf(drafted) * draftShare : 0);
  return {
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    bound: checked.bound,
    shareOfLimit: checked.shareOfLimit,
    provenance: leastCertain(checked.provenance, drafted?.provenance ?? "formula"),
    formula: `${streams === 1 ? "" : `${streams} streams x `}${formatNumber(tokens, 4)} / ${formatDuration(seconds * 1000)}`,
  };
}

/** Half-width of a band, natural logarithm. */
function spreadOf({ high, tokensPerSec }: Pace): number {
  return Math.log(high / tokensPerSec);
}

/** Decode pace with guesses. */
export function speculativePace(input: PaceInput, depth: number, speculation: Speculation): Pace | undefined {
  const { acceptance, ...guesses } = speculation;
  const round = speculativeRound(input, depth, guesses);
  return round && roundPace(round, acceptance);
}

/** Acceptance from which on a round is worth its time; undefined where not even guesses that are always right are. */
export function breakEven({ guesses, seconds, plainSeconds }: Round): number | undefined {
  const needed = seconds / plainSeconds;
  if (tokensPerRound(guesses, 1) < needed) return undefined;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (tokensPerRound(guesses, middle) < needed) low = middle;
    else high = middle;
  }
  return high;
}

const HALVINGS = 30;

import type { Load, Lookup } from "../speed/index.ts";
import { type ServerCards, type ServerRequests, serverTimes } from "./step.ts";
import { BANDS, VLLM } from "./coefficients.ts";
import { GUESSED_SPREAD, type ServerSpeculation, speculativeRound } from "./speculation.ts";

/** A figure with its 80% band. */
export interface Banded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ServerRates {
  /** of all replicas together */
  readonly outputTokensPerSec: Banded;
  readonly timePerTokenSeconds: Banded;
  readonly firstTokenSeconds: Banded;
}

/** `spread`: half-width of the band, natural logarithm; absent: that of vLLM on the cards it was fitted to. */
export interface ServerOptions {
  readonly replicas?: number;
  readonly log?: Lookup;
  readonly spread?: number;
  readonly speculation?: ServerSpeculation;
}

/** Closed loop: so many requests are always in flight, evenly over the replicas. */
export function serverRates(
  load: Load,
  width: number,
  cards: ServerCards,
  requests: ServerRequests,
  options: ServerOptions = {},
): ServerRates {
  const { replicas = 1, log = VLLM, speculation } = options;
  const spread = options.spread ?? (speculation ? GUESSED_SPREAD.stated : (BANDS.vllm ?? 0.5));
  const share = { ...requests, streams: Math.max(1, requests.streams / replicas) };
  const times = serverTimes(load, width, cards, share, log);
  const { prefillSeconds } = times;
  const round = speculation
    ? speculativeRound(load, width, cards, share, speculation, log)
    : { seconds: times.stepSeconds, tokens: 1 };
  const stepSeconds = round.seconds / round.tokens;
  const { outputTokens } = requests;
  const answered = outputTokens * stepSeconds + prefillSeconds;
  const alone = serverTimes(load, width, cards, { ...share, streams: 1 }, log);
  // a prompt waits for half of those that arrived with it
  const first =
    alone.prefillSeconds * (1 + (share.streams - 1) / 2) +
    round.seconds +
    ARRIVAL_SECONDS +
    share.streams * ADMISSION_SECONDS;
  return {
    outputTokensPerSec: banded((requests.streams * outputTokens) / answered, spread),
    // prompts of others are computed between two tokens
    timePerTokenSeconds: banded(stepSeconds + (prefillSeconds - alone.prefillSeconds) / outputTokens, spread),
    firstTokenSeconds: banded(first, spread * FIRST_TOKEN_WIDER),
  };
}

/**
 * Until a request is heard, and until each of those that arrive together is let in, though its prompt be cached: vLLM on the same
 * cards, prompts of 512 tokens, 1 to 128 streams.
 */
const ARRIVAL_SECONDS = 0.03;
const ADMISSION_SECONDS = 0.0075;

/** How long a request waits depends on how requests arrive. */
const FIRST_TOKEN_WIDER = 3;

function banded(value: number, spread: number): Banded {
  return { value, low: value * Math.exp(-spread), high: value * Math.exp(spread) };
}

/** Open loop: requests arrive at a rate, and as many are in flight as Little's law says, up to `most`. */
export function streamsAt(
  requestsPerSec: number,
  load: Load,
  width: number,
  cards: ServerCards,
  requests: Omit<ServerRequests, "streams">,
  { log = VLLM, most = 256 }: { readonly log?: Lookup; readonly most?: number } = {},
): number {
  let streams = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const { stepSeconds, prefillSeconds } = serverTimes(load, width, cards, { ...requests, streams }, log);
    const next = requestsPerSec * (requests.outputTokens * stepSeconds + prefillSeconds / streams);
    streams = Math.min(most, Math.max(1, (streams + next) / 2));
  }
  return streams;
}

const ROUNDS = 40;

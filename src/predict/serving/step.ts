import { expertsTouched, type Load, type Lookup, overTokens } from "../speed/index.ts";

/** What a server runs on: cards alike, `tensorParallel` of them a replica. */
export interface ServerCards {
  readonly bytesPerSec: number;
  /** dense rate of the format it multiplies in */
  readonly flopsPerSec: number;
  /** share of the power that no longer limits it, 1 without a limit */
  readonly powerShare: number;
  readonly tensorParallel: number;
  /** stages that lie behind one another; absent: 1 */
  readonly pipelineParallel?: number;
  /** what an exchange between its cards reaches; absent: PCIe, as fitted */
  readonly linkBytesPerSec?: number;
}

/** One replica's requests: `streams` at a time, each of so many tokens. */
export interface ServerRequests {
  readonly streams: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** share of the prompt that lies in a prefix cache, 0 to 1 */
  readonly cachedShare: number;
  /** tokens of each stream that a step computes: more than one where it checks guesses; absent: 1 */
  readonly tokensPerStep?: number;
}

export interface ServerTimes {
  /** one token of every stream */
  readonly stepSeconds: number;
  /** the prompts of all streams, once */
  readonly prefillSeconds: number;
}

const ACTIVATION_BYTES = 2;
/** An exchange sends and receives. */
const WAYS = 2;
/** Exchanges of a layer: behind attention and behind the feed-forward. */
const EXCHANGES = 2;

/**
 * Times of a replica that batches continuously: weights and arithmetic overlap (their norm of 3), caches are read per stream, a
 * fixed time passes per layer, and cards exchange activations twice a layer. A power limit slows memory and units alike.
 */
export function serverTimes(
  load: Load,
  width: number,
  cards: ServerCards,
  requests: ServerRequests,
  log: Lookup,
): ServerTimes {
  const of = (name: string) => Math.exp(log(name));
  const { tensorParallel, pipelineParallel = 1 } = cards;
  const split = tensorParallel * pipelineParallel;
  const { streams, inputTokens, outputTokens, tokensPerStep = 1 } = requests;
  const computed = streams * tokensPerStep;
  const power = cards.powerShare ** of("power");
  const experts = load.expertBytes * (load.expertShare < 1 ? expertsTouched(load, computed) : 1);
  const weights = (load.denseBytes + experts) / (split * cards.bytesPerSec * of("weights"));
  const used = Object.values(load.parameters).reduce((sum, part) => sum + part, 0);
  const arithmetic = (2 * computed * used) / (split * cards.flopsPerSec * of("decode"));
  const depth = inputTokens + outputTokens / 2;
  const cache = streams * (overTokens(load, depth, "bytesPerToken") + 2 * load.stateBytes);
  const perCard = split * cards.bytesPerSec * of("cache") * power;
  const link = cards.linkBytesPerSec ?? of("link") * (2 / tensorParallel) ** of("link-sharing");
  const sent = (load.layers * EXCHANGES * width * ACTIVATION_BYTES * WAYS * (tensorParallel - 1)) / tensorParallel;
  const exchanged = (tokens: number) => (tokens * sent) / link;
  const waits = load.layers * EXCHANGES * of("exchange") * Math.log2(tensorParallel);
  const stepSeconds =
    (weights ** 3 + arithmetic ** 3) ** (1 / 3) / power +
    cache / perCard +
    of("step") +
    load.layers * of("layer") +
    waits +
    exchanged(computed);
  const prompt = streams * inputTokens * (1 - requests.cachedShare);
  const prefillSeconds =
    (2 * prompt * load.bodyParameters) / (split * cards.flopsPerSec * of("prefill") * power) + exchanged(prompt);
  return { stepSeconds, prefillSeconds };
}

import type { RequestRecord } from "../measures/index.ts";
import { observedDraws } from "./observed-steps.ts";

/** A rate that records of a server show by themselves, tokens per second. */
export interface ShownRate {
  readonly what: "decode" | "prefill";
  /** decode: tokens in each cache, on average; prefill: tokens of the prompt */
  readonly at: number;
  /** that drew at once; the rate is of all together */
  readonly streams: number;
  readonly perSec: number;
  /** tokens measured over */
  readonly tokens: number;
}

/** Within this factor two depths or two lengths are one place. */
const ONE_PLACE = 2;
/** A prompt of which a cache held more than this share says little of reading it. */
const MOST_CACHED = 0.25;

/**
 * Decoding from gaps beside which no prompt was computed, by how many drew and how deep; reading from requests that nobody was beside.
 * Medians: what comes between a server and its client only ever jitters. Shallow and short places first.
 */
export function shownRates(records: readonly RequestRecord[]): ShownRate[] {
  const draws = observedDraws(records).map(({ measuredMs, works, gaps = 0 }): ShownRate => {
    const { decodeStreams: streams, decodeDepthTokens } = works[0]!;
    return {
      what: "decode",
      at: decodeDepthTokens / streams,
      streams,
      perSec: (1000 * streams) / measuredMs,
      tokens: gaps,
    };
  });
  const prompts = records.flatMap((one): ShownRate[] => {
    const { sentMs, firstMs, promptTokens, cachedTokens = 0 } = one;
    if (one.outcome !== "ok" || firstMs === undefined || firstMs <= sentMs) return [];
    if (cachedTokens > MOST_CACHED * promptTokens) return [];
    if (records.some((other) => other !== one && other.sentMs < firstMs && other.endMs > sentMs)) return [];
    const read = promptTokens - cachedTokens;
    return [
      { what: "prefill", at: promptTokens, streams: 1, perSec: (1000 * read) / (firstMs - sentMs), tokens: read },
    ];
  });
  return [...placed(draws), ...placed(prompts)];
}

function placed(rates: readonly ShownRate[]): ShownRate[] {
  const places: ShownRate[][] = [];
  for (const rate of rates.toSorted((a, b) => a.streams - b.streams || a.at - b.at)) {
    const last = places.at(-1);
    const [first] = last ?? [];
    if (last && first?.streams === rate.streams && rate.at < ONE_PLACE * first.at) last.push(rate);
    else places.push([rate]);
  }
  return places.map((place) => ({
    ...place[0]!,
    at: Math.round(median(place.map(({ at }) => at))),
    perSec: median(place.map(({ perSec }) => perSec)),
    tokens: place.reduce((sum, { tokens }) => sum + tokens, 0),
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

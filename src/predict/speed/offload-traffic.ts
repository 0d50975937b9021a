import { copiedBytes, copyRate, LEAST_COPIED_BATCH } from "./copying.ts";
import { ACTIVATION_BYTES, crossingsOf } from "./crossings.ts";
import { helperOf } from "./helper.ts";
import type { PaceInput } from "./input.ts";
import { wayTo } from "./links.ts";
import { type Load, overTokens } from "./load.ts";
import { movedShare } from "./moved-share.ts";
import { placesOf } from "./places.ts";

/** What one place stores, moves and computes. Bytes and FLOPs, a multiply-add counting two. */
export interface PlaceTraffic {
  readonly where: number | "host";
  readonly layers: number;
  /** weights that lie there, read or not */
  readonly storedBytes: number;
  /** read in the place's own memory for one token of one stream: weights, and the cache at the depth asked about */
  readonly weightBytesPerToken: number;
  readonly cacheBytesPerToken: number;
  readonly flopsPerToken: number;
  /** computed there for the whole prompt: the host's weights are multiplied on a device where they are copied to it */
  readonly promptFlops: number;
}

/** What is moved over which bus, per token and per prompt. */
export interface Traffic {
  readonly places: readonly PlaceTraffic[];
  /** over slots: activations of one token, how often they pass, and the chances of all words */
  readonly slotBytesPerToken: number;
  readonly crossingsPerToken: number;
  /** over slots: host weights copied to a device for the whole prompt, once a micro-batch */
  readonly slotBytesPerPrompt: number;
  /** read from the disk for one token, and for the prompt */
  readonly diskBytesPerToken: number;
  readonly diskBytesPerPrompt: number;
}

/** The bytes and FLOPs behind {@link decodePace} at a depth and {@link prefillPace} of a prompt. */
export function trafficOf(input: PaceInput, depth: number, promptTokens: number): Traffic {
  const places = placesOf(input);
  const batch = Math.max(1, Math.min(promptTokens, input.microBatch));
  const steps = promptTokens / batch;
  const helper = batch >= LEAST_COPIED_BATCH ? helperOf(input, places) : undefined;
  const hostLoad = places.find(({ where }) => where === "host")?.load;
  const cached = input.cacheOnHost === true;
  const rows = places.map(({ where, load }): PlaceTraffic => {
    const own =
      where === "host" && helper !== undefined ? hostPart(load, cached, promptTokens) : whole(load, promptTokens);
    const lent = where === helper && hostLoad ? lentPart(hostLoad, cached, promptTokens) : 0;
    const used = Object.values(load.parameters).reduce((sum, part) => sum + part, 0);
    return {
      where,
      layers: load.layers,
      storedBytes: load.storedBytes,
      weightBytesPerToken: load.denseBytes + load.expertBytes * load.expertShare,
      cacheBytesPerToken: overTokens(load, depth, "bytesPerToken"),
      flopsPerToken: 2 * used + 4 * overTokens(load, depth, "width"),
      promptFlops: own + lent,
    };
  });
  // a device without layers helps with prompts too
  if (helper !== undefined && hostLoad && !rows.some(({ where }) => where === helper)) {
    const promptFlops = lentPart(hostLoad, cached, promptTokens);
    const idle = { layers: 0, storedBytes: 0, weightBytesPerToken: 0, cacheBytesPerToken: 0, flopsPerToken: 0 };
    rows.push({ where: helper, ...idle, promptFlops });
  }
  const crossings = places.map(({ where }) => (where === "host" ? 0 : crossingsOf(input, places, where)));
  const crossingsPerToken = crossings.reduce((sum, count) => sum + count, 0);
  const device = helper === undefined ? undefined : input.devices[helper];
  const pinned = input.pinnedHostWeights === true;
  const copies = device !== undefined && copyRate(wayTo(device, input.links).bytesPerSec, pinned) < Infinity;
  const { fromDiskBytes = 0 } = input;
  const chances = input.placement.at(-1) === "host" ? 0 : input.geometry.vocabularySize;
  return {
    places: rows,
    crossingsPerToken,
    slotBytesPerToken: (crossingsPerToken * input.geometry.embeddingLength + chances) * ACTIVATION_BYTES,
    slotBytesPerPrompt: copies && hostLoad ? steps * copiedBytes(hostLoad, batch, input) : 0,
    diskBytesPerToken: fromDiskBytes <= 0 ? 0 : fromDiskBytes * movedShare(input, 1),
    diskBytesPerPrompt: fromDiskBytes <= 0 ? 0 : steps * fromDiskBytes * movedShare(input, batch),
  };
}

function whole(load: Load, tokens: number): number {
  return 2 * tokens * load.bodyParameters + attention(load, tokens);
}

/** What stays on the host where its weights are copied to a device: attention beside a cache that lies here. */
function hostPart(load: Load, cached: boolean, tokens: number): number {
  return cached ? attention(load, tokens) : 0;
}

function lentPart(load: Load, cached: boolean, tokens: number): number {
  return whole(load, tokens) - hostPart(load, cached, tokens);
}

function attention(load: Load, tokens: number): number {
  return 4 * tokens * overTokens(load, tokens / 2, "width");
}

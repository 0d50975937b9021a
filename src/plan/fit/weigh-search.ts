import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { MemoryPrediction } from "../../predict/memory/index.ts";
import type { FitRequest } from "./request.ts";
import { COMFORT_BYTES, type PlaceBalance } from "./verdict.ts";
import { weigh, type Weighed } from "./weigh.ts";

/**
 * What a search asks of many settings: verdicts, to the word the same as {@link weigh}'s, and bytes within a
 * band. Where it touches the border between two verdicts, the whole graph is replayed.
 */
export function weighForSearch(request: FitRequest, settings: LlamaCppSettings): Weighed {
  if (request.about === undefined) return weigh(request, settings);
  const about = weigh({ ...request, memory: request.about }, settings);
  return isSure(about) ? about : weigh(request, settings);
}

/** The same where only the word is read: what has no room for its weights and caches is not replayed at all. */
export function weighForWord(request: FitRequest, settings: LlamaCppSettings): Weighed {
  if (request.least !== undefined) {
    const least = weigh({ ...request, memory: request.least }, settings);
    // graphs only add to it, and no verdict is worse
    if (least.now.verdict === "does not fit") return least;
  }
  return weighForSearch(request, settings);
}

/** Smallest margin of any place, bytes: negative where {@link weigh} finds no room, -Infinity where the engine would refuse. */
export function searchMargin(request: FitRequest, settings: LlamaCppSettings): number {
  const { prediction, now } = weighForSearch(request, settings);
  return prediction.kind === "rejected" ? -Infinity : now.marginBytes;
}

/** What is left in a place, bytes. */
export type Room = (place: PlaceBalance) => number;

export const inMemory: Room = ({ margin }) => margin;

/** Whether {@link weigh} finds room in every place: whole graphs are replayed only where that is close. */
export function hasRoom(request: FitRequest, settings: LlamaCppSettings, roomOf: Room = inMemory): boolean {
  const under = (memory: FitRequest["memory"]) => smallest(weigh({ ...request, memory }, settings), roomOf);
  if (request.least !== undefined && under(request.least).bytes < 0) return false;
  if (request.about !== undefined) {
    const { bytes, band } = under(request.about);
    if (Math.abs(bytes) > band) return bytes >= 0;
  }
  return under(request.memory).bytes >= 0;
}

function smallest({ prediction, now }: Weighed, roomOf: Room): { readonly bytes: number; readonly band: number } {
  if (prediction.kind === "rejected") return { bytes: -Infinity, band: 0 };
  return { bytes: Math.min(...now.places.map(roomOf)), band: bandOf(prediction) };
}

/** No place lies so near to a border that the band could carry it across; one place's need can lessen another's room. */
function isSure({ prediction, now: { places } }: Weighed): boolean {
  if (prediction.kind === "rejected") return true;
  const band = bandOf(prediction);
  // the band is part of `needHigh` as well
  return places.every(
    ({ need, needHigh, mapped, have }) =>
      Math.abs(have - needHigh - COMFORT_BYTES) > 2 * band &&
      Math.abs(have - need) > band &&
      Math.abs(have - need + mapped) > band,
  );
}

/** How far off the whole footprint may be, bytes. */
function bandOf({ footprint: { value, low = value, high = value } }: Accepted): number {
  return Math.max(high - value, value - low);
}

type Accepted = Extract<MemoryPrediction, { readonly kind: "fits-engine" }>;

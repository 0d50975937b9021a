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

/** Without any graph: no place has more room with one, and no verdict is better. */
export function storedWeighed(request: FitRequest, settings: LlamaCppSettings): Weighed {
  return weigh({ ...request, memory: request.least ?? request.memory }, settings);
}

/** The same where only the word is read: what has no room for its weights and caches is not replayed at all. */
export function weighForWord(request: FitRequest, settings: LlamaCppSettings): Weighed {
  if (request.least !== undefined) {
    const least = storedWeighed(request, settings);
    // graphs only add to it, and no verdict is worse
    if (least.now.verdict === "does not fit") return least;
  }
  return weighForSearch(request, settings);
}

/** Smallest margin of any place, bytes: negative where {@link weigh} finds no room, -Infinity where the engine would refuse. */
export function searchMargin(request: FitRequest, settings: LlamaCppSettings): number {
  const { prediction, now } = weighForSearch(request, settings);
  return prediction.kind === "rejected" ? -Infinity : Math.min(...now.places.map(inMemory));
}

/** What is left in a place, bytes. */
export type Room = (place: PlaceBalance) => number;

/** Pages that are not read again make room where there is none. */
export const inMemory: Room = ({ margin, dropped = 0 }) => margin + dropped;

/** What is left in each place, bytes. */
export type Rooms = readonly { readonly place: PlaceBalance["place"]; readonly bytes: number }[];

/** What is left without any graph, never less than with one; undefined where the engine would refuse. */
export function roomStored(request: FitRequest, settings: LlamaCppSettings, roomOf: Room): Rooms | undefined {
  return roomsOf(storedWeighed(request, settings), roomOf);
}

/** Whether {@link weigh} finds room in every place, and what is left within a band: whole graphs are replayed only where it is close. */
export function roomReplayed(
  request: FitRequest,
  settings: LlamaCppSettings,
  roomOf: Room,
): { readonly fits: boolean; readonly rooms?: Rooms } {
  const fits = (rooms: Rooms | undefined) => rooms?.every(({ bytes }) => bytes >= 0) === true;
  if (request.about !== undefined) {
    const about = weigh({ ...request, memory: request.about }, settings);
    const rooms = roomsOf(about, roomOf);
    if (rooms === undefined || about.prediction.kind === "rejected") return { fits: false };
    const band = bandOf(about.prediction);
    if (Math.abs(Math.min(...rooms.map(({ bytes }) => bytes))) > band) return { fits: fits(rooms), rooms };
  }
  const rooms = roomsOf(weigh(request, settings), roomOf);
  return { fits: fits(rooms), ...(rooms ? { rooms } : {}) };
}

function roomsOf({ prediction, now }: Weighed, roomOf: Room): Rooms | undefined {
  if (prediction.kind === "rejected") return undefined;
  return now.places.map((balance) => ({ place: balance.place, bytes: roomOf(balance) }));
}

/** No place lies so near to a border that the band could carry it across; one place's need can lessen another's room. */
function isSure({ prediction, now: { places } }: Weighed): boolean {
  if (prediction.kind === "rejected") return true;
  const band = bandOf(prediction);
  // the band is part of `needHigh` as well
  return places.every(
    ({ need, needHigh, mapped, dropped = 0, have }) =>
      Math.abs(have - needHigh - COMFORT_BYTES) > 2 * band &&
      Math.abs(have - need + dropped) > band &&
      Math.abs(have - need + mapped) > band,
  );
}

/** How far off the whole footprint may be, bytes. */
function bandOf({ footprint: { value, low = value, high = value } }: Accepted): number {
  return Math.max(high - value, value - low);
}

type Accepted = Extract<MemoryPrediction, { readonly kind: "fits-engine" }>;

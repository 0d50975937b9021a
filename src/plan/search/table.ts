import type { Device } from "../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { ORDER, verdictWord, weigh, type PlaceBalance, type VerdictWord } from "../fit/index.ts";
import type { Outlined } from "./outlined.ts";

/** One file type under some settings, within the band of an outline. Bytes. */
export interface Cell {
  readonly verdict: VerdictWord;
  /** smallest margin of any place */
  readonly marginBytes: number;
  /** what is needed, all places together, and both ends of it */
  readonly needBytes: number;
  readonly needLowBytes: number;
  readonly needHighBytes: number;
}

/**
 * Cells of many file types under the same settings. Where they share a graph only one is weighed whole; of the others the weights
 * alone differ, and these are exact. Undefined where the engine would refuse.
 */
export function cellsUnder(
  { outline, about, setup }: Outlined,
  settings: LlamaCppSettings,
  fileTypes: readonly string[],
): (Cell | undefined)[] {
  const alikeOf = outline.alike(settings);
  const weights = outline.weights(settings);
  const weighed = new Map<string, readonly PlaceBalance[] | undefined>();
  return fileTypes.map((fileType) => {
    const alike = alikeOf(fileType);
    if (!weighed.has(alike)) {
      const { prediction, now } = weigh(about(alike), settings);
      weighed.set(alike, prediction.kind === "rejected" ? undefined : now.places);
    }
    const places = weighed.get(alike);
    return places && cellOf(places, weights(fileType), weights(alike), setup.rig.devices);
  });
}

type Weights = ReturnType<ReturnType<Outlined["outline"]["weights"]>>;

/** Places as they were weighed, with one file type's weights in place of another's. */
function cellOf(places: readonly PlaceBalance[], is: Weights, was: Weights, devices: readonly Device[]): Cell {
  const moreAt = (place: PlaceBalance["place"], term: "weights" | "repacked") =>
    (is.get(place)?.[term] ?? 0) - (was.get(place)?.[term] ?? 0);
  // what a device that shares the host's RAM takes more, the host has less
  let shared = 0;
  devices.forEach(({ memoryKind, node }, place) => {
    if (memoryKind === "unified" && node === undefined) shared += moreAt(place, "weights") + moreAt(place, "repacked");
  });
  let worst: VerdictWord = "fits";
  let marginBytes = Infinity;
  let [needBytes, needLowBytes, needHighBytes] = [0, 0, 0];
  for (const balance of places) {
    const { place } = balance;
    const stored = moreAt(place, "weights");
    const more = stored + moreAt(place, "repacked");
    const need = balance.need + more;
    const needHigh = balance.needHigh + more;
    const mapped = balance.mapped > 0 ? balance.mapped + stored : 0;
    const have = place === "host" ? Math.max(0, balance.have - shared) : balance.have;
    const rearranged = (balance.dropped ?? 0) + moreAt(place, "repacked");
    const dropped = place === "host" ? Math.max(0, Math.min(rearranged, mapped)) : 0;
    const word = verdictWord({ need, needHigh, mapped, dropped, have });
    if (ORDER.indexOf(word) > ORDER.indexOf(worst)) worst = word;
    marginBytes = Math.min(marginBytes, have - need);
    needBytes += need;
    needLowBytes += balance.needLow + more;
    needHighBytes += needHigh;
  }
  return { verdict: worst, marginBytes, needBytes, needLowBytes, needHighBytes };
}

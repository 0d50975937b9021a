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
  { outline, about }: Outlined,
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
    if (places === undefined) return undefined;
    return cellOf(
      places.map((place) => moved(place, weights, fileType, alike)),
      about(alike).rig.devices,
    );
  });
}

interface Moved {
  readonly balance: PlaceBalance;
  /** bytes more than the place had before */
  readonly more: number;
}

/** A place's balance with another file type's weights in place of those it was weighed with. */
function moved(
  place: PlaceBalance,
  weights: ReturnType<Outlined["outline"]["weights"]>,
  fileType: string,
  before: string,
): Moved {
  if (fileType === before) return { balance: place, more: 0 };
  const is = weights(fileType).get(place.place) ?? {};
  const was = weights(before).get(place.place) ?? {};
  const stored = (is.weights ?? 0) - (was.weights ?? 0);
  const more = stored + (is.repacked ?? 0) - (was.repacked ?? 0);
  const mapped = place.mapped > 0 ? place.mapped + stored : 0;
  const { need, needLow, needHigh } = place;
  return { balance: { ...place, mapped, need: need + more, needLow: needLow + more, needHigh: needHigh + more }, more };
}

function cellOf(places: readonly Moved[], devices: Outlined["setup"]["rig"]["devices"]): Cell {
  // what a device that shares the host's RAM takes more, the host has less
  const shared = places.reduce((sum, { balance: { place }, more }) => {
    const device = place === "host" ? undefined : devices[place];
    return device?.memoryKind === "unified" && device.node === undefined ? sum + more : sum;
  }, 0);
  let worst: VerdictWord = "fits";
  let marginBytes = Infinity;
  let [needBytes, needLowBytes, needHighBytes] = [0, 0, 0];
  for (const { balance } of places) {
    const have = balance.place === "host" ? Math.max(0, balance.have - shared) : balance.have;
    const word = verdictWord({ ...balance, have });
    if (ORDER.indexOf(word) > ORDER.indexOf(worst)) worst = word;
    marginBytes = Math.min(marginBytes, have - balance.need);
    needBytes += balance.need;
    needLowBytes += balance.needLow;
    needHighBytes += balance.needHigh;
  }
  return { verdict: worst, marginBytes, needBytes, needLowBytes, needHighBytes };
}

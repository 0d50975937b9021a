import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { FitRequest } from "./request.ts";
import { COMFORT_BYTES } from "./verdict.ts";
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

/** Smallest margin of any place, bytes: negative where {@link weigh} finds no room, -Infinity where the engine would refuse. */
export function searchMargin(request: FitRequest, settings: LlamaCppSettings): number {
  const { prediction, now } = weighForSearch(request, settings);
  return prediction.kind === "rejected" ? -Infinity : now.marginBytes;
}

/** No place lies so near to a border that the band could carry it across; one place's need can lessen another's room. */
function isSure({ prediction, now: { places } }: Weighed): boolean {
  if (prediction.kind === "rejected") return true;
  const { value, low = value, high = value } = prediction.footprint;
  const band = Math.max(high - value, value - low);
  // the band is part of `needHigh` as well
  return places.every(
    ({ need, needHigh, mapped, have }) =>
      Math.abs(have - needHigh - COMFORT_BYTES) > 2 * band &&
      Math.abs(have - need) > band &&
      Math.abs(have - need + mapped) > band,
  );
}

import { formatBytes } from "../../facts/units/index.ts";
import type { Verdict } from "../fit/index.ts";

/** "1.2 GiB to spare of 24 GiB on CUDA0": of the places that decide the verdict, the one with least room. */
export function marginWords(verdict: Verdict): string {
  const deciding = verdict.places.filter((place) => place.verdict === verdict.verdict);
  const worst = deciding.reduce((least, place) => (place.margin < least.margin ? place : least));
  return worst.margin >= 0
    ? `${formatBytes(worst.margin)} to spare of ${formatBytes(worst.have)}${worst.whole ? "" : " free"} on ${worst.label}`
    : `${formatBytes(-worst.margin)} short of ${formatBytes(worst.need)} on ${worst.label}, where ${formatBytes(worst.have)} is ${worst.whole ? "all there is" : "free"}`;
}

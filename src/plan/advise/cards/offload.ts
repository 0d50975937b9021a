import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { good, largestThat, verdictWord, weigh, type FitRequest, type PlaceBalance } from "../../fit/index.ts";

/** What is left on the CPU, and how much of it: layers whole, or the experts of the first layers. */
export interface Offload {
  readonly kind: "layers" | "experts";
  /** layers left there, the output counted as one */
  readonly count: number;
  readonly settings: LlamaCppSettings;
}

type Ladder = Pick<Offload, "kind"> & {
  /** most that can be left */
  readonly most: number;
  readonly settings: (left: number) => LlamaCppSettings;
};

/** Ways to leave something on the CPU: the first has the most on the device. */
function laddersOf({ geometry }: FitRequest, all: LlamaCppSettings): Ladder[] {
  const every = geometry.layers.length + 1;
  const layers: Ladder = { kind: "layers", most: every, settings: (left) => ({ ...all, gpuLayers: every - left }) };
  const hasExperts = geometry.layers.some(({ feedForward }) => feedForward.kind === "experts");
  if (!hasExperts) return [layers];
  const experts: Ladder = {
    kind: "experts",
    most: geometry.layers.length,
    settings: (left) => ({ ...all, expertLayersOnHost: left }),
  };
  return [experts, layers];
}

/** The least that has to be left on the CPU, each way: exact, by halving. Ways that do not run in memory are left out. */
export function offloads(request: FitRequest, all: LlamaCppSettings): Offload[] {
  return laddersOf(request, all).flatMap(({ kind, most, settings }) => {
    const fits = (left: number) => good(weigh(request, settings(left)).now.verdict);
    const spared = largestThat(most - 1, (kept) => fits(most - kept));
    const count = most - spared;
    return spared > 0 || fits(most) ? [{ kind, count, settings: settings(count) }] : [];
  });
}

/**
 * The same within a layer or two, for what is only put in order. Replayed are one layer left, half and all; between them needs are
 * taken for straight. That the whole does not fit has to be known.
 */
export function offloadsAbout(request: FitRequest, all: LlamaCppSettings): Offload[] {
  return laddersOf(request, all).flatMap(({ kind, most, settings }) => {
    const at = [1, Math.ceil(most / 2), most];
    const weighed = at.map((left) => weigh(request, settings(left)).now.places);
    const fits = (left: number): boolean => {
      const above = left <= at[1]! ? 1 : 2;
      const [low, high] = [at[above - 1]!, at[above]!];
      const share = (left - low) / Math.max(1, high - low);
      return weighed[above]!.every((place, index) => goodBetween(weighed[above - 1]![index], place, share));
    };
    const spared = largestThat(most - 1, (kept) => fits(most - kept));
    const count = most - spared;
    return spared > 0 || fits(most) ? [{ kind, count, settings: settings(count) }] : [];
  });
}

function goodBetween(before: PlaceBalance | undefined, after: PlaceBalance, share: number): boolean {
  const at = (part: "need" | "needHigh" | "mapped") => {
    const start = before?.[part] ?? after[part];
    return start + (after[part] - start) * share;
  };
  return good(verdictWord({ need: at("need"), needHigh: at("needHigh"), mapped: at("mapped"), have: after.have }));
}

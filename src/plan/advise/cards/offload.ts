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

/** The least that has to be left on the CPU, each way: exact, from what is about right. Ways that do not run in memory are left out. */
export function offloads(request: FitRequest, all: LlamaCppSettings): Offload[] {
  return laddersOf(request, all).flatMap((ladder) => {
    const { kind, most, settings } = ladder;
    const fits = (left: number) => good(weigh(request, settings(left)).now.verdict);
    let count = leastAbout(request, ladder) ?? most;
    while (count < most && !fits(count)) count += 1;
    while (count > 1 && fits(count - 1)) count -= 1;
    return fits(count) ? [{ kind, count, settings: settings(count) }] : [];
  });
}

/** The same within a layer or two, for what is only put in order. That the whole does not fit has to be known. */
export function offloadsAbout(request: FitRequest, all: LlamaCppSettings): Offload[] {
  return laddersOf(request, all).flatMap((ladder) => {
    const count = leastAbout(request, ladder);
    return count === undefined ? [] : [{ kind: ladder.kind, count, settings: ladder.settings(count) }];
  });
}

/** Replayed are one layer left and all but one; between them a need is taken for straight. */
function leastAbout(request: FitRequest, { most, settings }: Ladder): number | undefined {
  const last = Math.max(2, most - 1);
  const few = weigh(request, settings(1)).now.places;
  const many = weigh(request, settings(last)).now.places;
  const fits = (left: number): boolean => {
    const share = (left - 1) / (last - 1);
    return many.every((place, index) => goodBetween(few[index], place, share));
  };
  const spared = largestThat(most - 1, (kept) => fits(most - kept));
  return spared > 0 || fits(most) ? most - spared : undefined;
}

function goodBetween(before: PlaceBalance | undefined, after: PlaceBalance, share: number): boolean {
  const at = (part: "need" | "needHigh" | "mapped") => {
    const start = before?.[part] ?? after[part];
    return start + (after[part] - start) * share;
  };
  return good(verdictWord({ need: at("need"), needHigh: at("needHigh"), mapped: at("mapped"), have: after.have }));
}

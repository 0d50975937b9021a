import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import {
  good,
  verdictWord,
  weighForSearch,
  weighForWord,
  type FitRequest,
  type PlaceBalance,
} from "../../fit/index.ts";

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
    const fits = (left: number) => good(weighForWord(request, settings(left)).now.verdict);
    let count = leastAbout(request, all, ladder) ?? most;
    while (count < most && !fits(count)) count += 1;
    while (count > 1 && fits(count - 1)) count -= 1;
    return fits(count) ? [{ kind, count, settings: settings(count) }] : [];
  });
}

/** The same within a layer or two, for what is only put in order. That the whole does not fit has to be known. */
export function offloadsAbout(request: FitRequest, all: LlamaCppSettings): Offload[] {
  return laddersOf(request, all).flatMap((ladder) => {
    const count = leastAbout(request, all, ladder);
    return count === undefined ? [] : [{ kind: ladder.kind, count, settings: ladder.settings(count) }];
  });
}

/**
 * From the whole on the device alone: what is left there goes with its layers' share of cache and state, and the largest matrix of a
 * layer is staged for prompts.
 */
function leastAbout(request: FitRequest, all: LlamaCppSettings, { kind, most }: Ladder): number | undefined {
  const {
    prediction,
    now: { places },
  } = weighForSearch(request, all);
  if (prediction.kind === "rejected") return undefined;
  const { layers, experts, staged } = weightsOf(request.tensors, most - 1);
  const { kv = 0, recurrent = 0 } = prediction.places.find(({ place }) => place !== "host")?.terms ?? {};
  const perLayer = kind === "layers" ? (kv + recurrent) / request.geometry.layers.length : 0;
  const moved = kind === "layers" ? layers : experts;
  let bytes = 0;
  for (let left = 1; left <= most; left += 1) {
    bytes += (moved[left - 1] ?? 0) + perLayer;
    if (places.every((place) => good(verdictWord(shifted(place, bytes, staged))))) return left;
  }
  return undefined;
}

/** A place's balance once so much has gone from the device to the host. */
function shifted({ place, need, needHigh, mapped, have }: PlaceBalance, bytes: number, staged: number) {
  if (place !== "host") return { need: need - bytes + staged, needHigh: needHigh - bytes + staged, mapped, have };
  return { need: need + bytes, needHigh: needHigh + bytes, mapped: mapped + bytes, have };
}

/** Bytes of weights by layer, the output last, and of these the experts'; the largest matrix of a layer. */
interface WeightsByLayer {
  readonly layers: readonly number[];
  readonly experts: readonly number[];
  readonly staged: number;
}

const KNOWN = new WeakMap<FitRequest["tensors"], WeightsByLayer>();

function weightsOf(tensors: FitRequest["tensors"], count: number): WeightsByLayer {
  const known = KNOWN.get(tensors);
  if (known) return known;
  const layers = Array.from({ length: count + 1 }, () => 0);
  const experts = Array.from({ length: count }, () => 0);
  let staged = 0;
  for (const { name, bytes } of tensors) {
    const number = /^blk\.(\d+)\./.exec(name)?.[1];
    const layer = number === undefined ? undefined : Number(number);
    if (layer === undefined && name.startsWith("token_embd")) continue;
    layers[layer ?? count] = (layers[layer ?? count] ?? 0) + bytes;
    if (layer === undefined) continue;
    staged = Math.max(staged, bytes);
    if (name.includes("_exps.")) experts[layer] = (experts[layer] ?? 0) + bytes;
  }
  const found = { layers, experts, staged };
  KNOWN.set(tensors, found);
  return found;
}

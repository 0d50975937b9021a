import type { Device, Held } from "../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { formatExactBytes, formatPercent } from "../../facts/units/index.ts";
import { between, sum, type Estimate } from "../../predict/estimate/index.ts";
import { beyondOnDevice, processMemory, type MemoryPrediction, type PlaceMemory } from "../../predict/memory/index.ts";
import type { FitRequest } from "./request.ts";
import { balance, judge, type Verdict } from "./verdict.ts";

/** Settings with their memory, set against the rig: now, and after closing what uses it. */
export interface Weighed {
  readonly settings: LlamaCppSettings;
  readonly prediction: MemoryPrediction;
  /** the engine's buffers and what lies beyond them, by place; absent when the engine would refuse */
  readonly memory?: Estimate;
  readonly now: Verdict;
  readonly afterClosing: Verdict;
}

export function weigh(request: FitRequest, settings: LlamaCppSettings): Weighed {
  const prediction = request.memory(settings);
  if (prediction.kind === "rejected") {
    const refused: Verdict = { verdict: "does not fit", marginBytes: 0, places: [] };
    return { settings, prediction, now: refused, afterClosing: refused };
  }
  const { rig, closable } = request;
  const places = prediction.places.map((place) => {
    const key = placeKey(place.place);
    const inEngine = prediction.footprint.parts?.find((part) => part.key === key);
    const beyond =
      place.place === "host" ? [processMemory()] : beyondBuffers(request, prediction, settings, place.place);
    const held = heldParts((place.place === "host" ? rig.host : rig.devices[place.place]!).held ?? []);
    const label = inEngine?.label ?? place.label;
    return { place, tree: sum(key, label, [...(inEngine?.parts ?? []), ...beyond, ...held]), held };
  });
  // a device that shares the host's RAM takes its need out of it; a limit that is lower elsewhere takes nothing
  const shared = places
    .filter(({ place }) => place.place !== "host" && sharesHost(rig.devices[place.place]!))
    .reduce((total, { tree, held }) => total + tree.value - sum("held", "", held).value, 0);
  // what was already taken is part of the need where nobody could ask, and off what is free where somebody did
  const have = (place: "host" | number, closed: boolean): number => {
    if (place === "host") {
      const { held, ramBytes, availableBytes } = rig.host;
      return Math.max(0, (held ? ramBytes : availableBytes) - shared + (closed ? closable.host : 0));
    }
    const { freeBytes, totalBytes = 0, held } = rig.devices[place]!;
    return (held ? totalBytes : (freeBytes ?? totalBytes)) + (closed ? (closable.devices[place] ?? 0) : 0);
  };
  const verdict = (closed: boolean) =>
    judge(
      places.map(({ place, tree }) => {
        const mapped = place.place === "host" && settings.memoryMap !== false ? (place.terms.weights ?? 0) : 0;
        const asked = (place.place === "host" ? rig.host : rig.devices[place.place]!).held === undefined;
        const weighed = balance(
          place.place,
          tree,
          mapped,
          have(place.place, closed),
          droppedOf(place, settings, mapped),
        );
        return asked ? weighed : { ...weighed, whole: true as const };
      }),
    );
  return {
    settings,
    prediction,
    memory: sum(
      "memory",
      places.some(({ held }) => held.length > 0) ? "memory in use" : "memory",
      places.map(({ tree }) => tree),
    ),
    now: verdict(false),
    afterClosing: verdict(true),
  };
}

/** Weights that were rearranged for the processor are read from their copy; the file's own pages of them stay until there is no room. */
function droppedOf({ terms }: PlaceMemory, { loadMode = "auto" }: LlamaCppSettings, mapped: number): number {
  return loadMode.endsWith("mlock") ? 0 : Math.min(terms.repacked ?? 0, mapped);
}

type Accepted = Extract<MemoryPrediction, { readonly kind: "fits-engine" }>;

function beyondBuffers(
  request: FitRequest,
  { buffers }: Accepted,
  { microBatch }: LlamaCppSettings,
  place: number,
): Estimate[] {
  const here = buffers.filter((buffer) => buffer.place === place).map((buffer) => buffer.bytes);
  const { rig, shapes } = request;
  return beyondOnDevice({ device: rig.devices[place]!, tensors: shapes ?? request.tensors, microBatch, buffers: here });
}

/** What is taken already, as leaves: intervals with their source. */
function heldParts(held: readonly Held[]): Estimate[] {
  return held.map(({ key, label, lowBytes, bytes, highBytes, shares, ofBytes, source }) => {
    if (!shares || ofBytes === undefined)
      return between(key, label, [lowBytes, bytes, highBytes], "assumed", { because: source });
    const [low, usual, high] = shares;
    const of = (share: number) => `${formatExactBytes(ofBytes)} x ${formatPercent(share)}`;
    const formulas = { lowFormula: of(low), formula: of(usual), highFormula: of(high) };
    return between(key, label, [lowBytes, bytes, highBytes], "assumed", { ...formulas, because: source });
  });
}

/** Devices of another machine take nothing from this one's RAM. */
function sharesHost({ memoryKind, node }: Device): boolean {
  return memoryKind === "unified" && node === undefined;
}

/** Keys of the memory tree: "host", "device-0", ... */
function placeKey(place: "host" | number): string {
  return place === "host" ? "host" : `device-${place}`;
}

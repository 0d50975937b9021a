import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { sum, type Estimate } from "../../predict/estimate/index.ts";
import type { MemoryPrediction } from "../../predict/memory/index.ts";
import { deviceContext, processMemory } from "./beyond.ts";
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
    const beyond = place.place === "host" ? processMemory() : deviceContext(rig.devices[place.place]!.backend);
    return { place, tree: sum(key, inEngine?.label ?? place.label, [...(inEngine?.parts ?? []), beyond]) };
  });
  // a device that shares the host's RAM takes its need out of it
  const shared = places
    .filter(({ place }) => place.place !== "host" && rig.devices[place.place]!.memoryKind === "unified")
    .reduce((total, { tree }) => total + tree.value, 0);
  const have = (place: "host" | number, closed: boolean): number => {
    if (place === "host") return Math.max(0, rig.host.availableBytes - shared + (closed ? closable.host : 0));
    const { freeBytes, totalBytes = 0 } = rig.devices[place]!;
    return (freeBytes ?? totalBytes) + (closed ? (closable.devices[place] ?? 0) : 0);
  };
  const verdict = (closed: boolean) =>
    judge(
      places.map(({ place, tree }) => {
        const mapped = place.place === "host" && settings.memoryMap !== false ? (place.terms.weights ?? 0) : 0;
        return balance(place.place, tree, mapped, have(place.place, closed));
      }),
    );
  return {
    settings,
    prediction,
    memory: sum(
      "memory",
      "memory",
      places.map(({ tree }) => tree),
    ),
    now: verdict(false),
    afterClosing: verdict(true),
  };
}

/** Keys of the memory tree: "host", "device-0", ... */
function placeKey(place: "host" | number): string {
  return place === "host" ? "host" : `device-${place}`;
}

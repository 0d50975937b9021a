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
  const trees = prediction.footprint.parts ?? [];
  const { host, devices } = request.rig;
  const places = prediction.places.map((place, index) => {
    const inEngine = trees[index]!;
    const beyond = place.place === "host" ? processMemory() : deviceContext(devices[place.place]!.backend);
    return { place, tree: sum(inEngine.key, inEngine.label, [...(inEngine.parts ?? [inEngine]), beyond]) };
  });
  const verdict = (closed: boolean) =>
    judge(
      places.map(({ place, tree }) => {
        const mapped = place.place === "host" && settings.memoryMap !== false ? (place.terms.weights ?? 0) : 0;
        const have =
          place.place === "host"
            ? host.availableBytes + (closed ? request.closable.host : 0)
            : (devices[place.place]!.freeBytes ?? devices[place.place]!.totalBytes ?? 0) +
              (closed ? (request.closable.devices[place.place] ?? 0) : 0);
        return balance(place.place, tree, mapped, have);
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

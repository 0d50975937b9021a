import type { Rig } from "../../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import {
  aboutLlamaCpp,
  layerPlaces,
  leastLlamaCpp,
  predictLlamaCpp,
  type MemoryPrediction,
} from "../../../predict/memory/index.ts";
import { GOALS, settingsFor, type FitRequest } from "../../fit/index.ts";
import type { CardsQuestion } from "./question.ts";

/**
 * Memory of one model on many rigs, replayed whole once for all that the engine does not tell apart: it sees a device's back end,
 * its kind of memory and its limits, the host's instruction sets, and where each layer lies; never a name or a size.
 */
export function sharedMemory(question: CardsQuestion, predict = predictLlamaCpp): (rig: Rig) => FitRequest["memory"] {
  const { geometry, tensors, build, caller } = question;
  const known = new Map<string, MemoryPrediction>();
  return (rig) => {
    const { devices } = rig;
    const cpuFeatures = rig.host.cpu.features;
    const seen = devices.map(({ backend, memoryKind, limits, node }) => [backend, memoryKind, limits, node]);
    return (settings) => {
      const key = JSON.stringify([seen, cpuFeatures, layerPlaces(geometry, settings, devices), settings]);
      const prediction =
        known.get(key) ?? predict({ geometry, tensors, build, caller, devices, cpuFeatures, settings });
      known.set(key, prediction);
      return prediction;
    };
  };
}

/** What is asked about a rig's memory. */
type Memory = Pick<FitRequest, "memory" | "about" | "least">;

/** Memory of one model on many rigs, by whole replays and by what a search needs of them. */
export function sharedMemories(question: CardsQuestion): (rig: Rig) => Memory {
  const memory = sharedMemory(question);
  const about = sharedMemory(question, aboutLlamaCpp);
  const least = sharedMemory(question, leastLlamaCpp);
  return (rig) => ({ memory: memory(rig), about: about(rig), least: least(rig) });
}

export function requestOn(question: CardsQuestion, rig: Rig, memory: Memory): FitRequest {
  const { goal, wishes, geometry, tensors } = question;
  return {
    goal,
    wishes,
    geometry,
    tensors,
    rig,
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    ...memory,
    placement: (settings) => layerPlaces(geometry, settings, rig.devices),
  };
}

/** What is asked of every device alike: the goal's settings and the wishes, everything on the devices. */
export function askedSettings({ goal, wishes, geometry }: CardsQuestion): LlamaCppSettings {
  const { users, context, microBatch, cacheType } = GOALS[goal];
  return settingsFor({
    context: wishes.context ?? Math.min(context, geometry.contextLength),
    users: wishes.users ?? users,
    microBatch: wishes.microBatch ?? microBatch,
    cacheType: wishes.cacheType ?? cacheType,
    gpuLayers: "all",
  });
}

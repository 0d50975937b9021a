import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { architectureNames, architectureOf } from "./architectures/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import { layerCaches } from "./cache.ts";
import { layerStates } from "./state.ts";
import { computeBuffers, flashAttentionRuns, type Session } from "./compute.ts";
import { contextSizes } from "./context.ts";
import { footprintOf } from "./footprint.ts";
import { cacheLines, computeLines, outputLine, stateLines, weightLines, type Line } from "./lines.ts";
import { memoriesOf } from "./memories.ts";
import { placesOf } from "./places.ts";
import { placeLayers, type Placement } from "./placement.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, rejected } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { placeWeights } from "./weights.ts";

/**
 * Every buffer llama.cpp would allocate for a model and its settings, to the byte, device by device, or why it would refuse. The
 * engine's own allocator and scheduler are replayed on the architecture's graph.
 */
export function predictLlamaCpp(question: LlamaCppQuestion): MemoryPrediction {
  const refusal = checkSettings(question.geometry, question.settings);
  if (refusal !== undefined) return refusal;
  try {
    return predict(openSession(question), question);
  } catch (error) {
    if (!(error instanceof EngineAbort)) throw error;
    return rejected("tensor-above-device-limit", error.message);
  }
}

function predict(session: Session, question: LlamaCppQuestion): MemoryPrediction {
  const lines: Line[] = [
    ...weightLines(session, mapsFile(question)),
    ...cacheLines(session, "full"),
    ...cacheLines(session, "window"),
    ...stateLines(session),
    outputLine(session),
    ...computeLines(session, computeBuffers(session)),
  ];
  const buffers = lines.map(({ buffer }) => buffer);
  return {
    kind: "fits-engine",
    places: placesOf(buffers, session.memories),
    buffers,
    footprint: footprintOf(lines, session.memories),
  };
}

/** Place of every layer, the output matrix last: "host" or the device's index. */
export function layerPlaces(
  geometry: Geometry,
  settings: LlamaCppSettings,
  devices: readonly Device[],
): readonly ("host" | number)[] {
  const { layers, output } = placementOf(geometry, settings, devices);
  return [...layers, output];
}

/** Without shares that were asked for, the engine deals layers out by the devices' free memory. */
function placementOf(geometry: Geometry, settings: LlamaCppSettings, devices: readonly Device[]): Placement {
  const free = devices.map((device) => device.freeBytes ?? device.totalBytes ?? 0);
  return placeLayers(geometry.layers.length, settings, free);
}

/** Unless told, the engine maps the file; not where an integrated Vulkan device takes part, and never in a dry run. */
export function mapsFile({
  dryRun,
  settings,
  devices,
}: Pick<LlamaCppQuestion, "dryRun" | "settings" | "devices">): boolean {
  const integrated = devices.some((device) => device.backend === "vulkan" && device.memoryKind === "unified");
  return dryRun !== true && (settings.memoryMap ?? !integrated);
}

/** Where layers will lie, before any tensor is looked at. */
export function layerStart(
  question: Omit<LlamaCppQuestion, "tensors">,
): Pick<Session, "memories" | "placement"> {
  const { geometry, settings, devices } = question;
  return { memories: memoriesOf(question, mapsFile(question)), placement: placementOf(geometry, settings, devices) };
}

/** A model as loaded: the same for every context that is made of it. */
type LoadedModel = Pick<Session, "memories" | "placement" | "weights">;

/** Loads remembered a list of tensors: a search asks for a few placements over and over. */
const MOST_LOADS = 4;
const WITHOUT_CONTEXT: Partial<Record<keyof LlamaCppSettings, undefined>> = {
  context: undefined,
  sequences: undefined,
  unifiedCache: undefined,
  batch: undefined,
  microBatch: undefined,
  flashAttention: undefined,
  cacheTypeK: undefined,
  cacheTypeV: undefined,
};
const LOADS = new WeakMap<LlamaCppQuestion["tensors"], Map<string, LoadedModel>>();

function loadedModel(question: LlamaCppQuestion): LoadedModel {
  const { tensors, geometry, settings, devices, build, cpuFeatures, dryRun } = question;
  // less what only a context is made of
  const load = { ...settings, ...WITHOUT_CONTEXT };
  const key = JSON.stringify([load, devices, build, cpuFeatures, dryRun, geometry.layers.length]);
  const loads = LOADS.get(tensors) ?? new Map<string, LoadedModel>();
  LOADS.set(tensors, loads);
  const known = loads.get(key);
  if (known !== undefined) return known;
  const { memories, placement } = layerStart(question);
  const loaded = { memories, placement, weights: placeWeights(tensors, placement, memories.weights) };
  if (loads.size >= MOST_LOADS) loads.delete(loads.keys().next().value!);
  loads.set(key, loaded);
  return loaded;
}

export function openSession(question: LlamaCppQuestion): Session {
  const { geometry, settings, build, devices } = question;
  const architecture = architectureOf(geometry.architecture);
  if (architecture === undefined) {
    throw new LoadoutError("architecture-unknown", { architecture: geometry.architecture, known: architectureNames() });
  }
  const dryRun = question.dryRun === true;
  const sizes = contextSizes(geometry, settings, question.caller, build, question.draftTokens);
  const { memories, placement, weights } = loadedModel(question);
  const place = (layer: number): BufferType => {
    const where = placement.layers[layer]!;
    return where === "host" || settings.cacheOnHost === true ? memories.cpu : memories.devices[where]!;
  };
  const session = (flashAttention: boolean, valuesTransposed: boolean): Session => {
    const decided = { ...settings, flashAttention, valuesTransposed };
    const caches = layerCaches(geometry, decided, sizes, place);
    const states = layerStates(geometry, decided, sizes, place);
    return {
      architecture,
      geometry,
      settings: decided,
      sizes,
      build,
      memories,
      placement,
      weights,
      caches,
      states,
      dryRun,
    };
  };
  if (settings.flashAttention !== "auto") return session(settings.flashAttention, !settings.flashAttention);
  const tried = session(true, false);
  return flashAttentionRuns(tried) ? tried : session(false, false);
}

import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { architectureNames, architectureOf } from "./architectures/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import { layerCaches } from "./cache.ts";
import { deviceNames, usedDevices, type UsedDevice } from "./devices.ts";
import { elementType } from "./graph/element.ts";
import { layerStates } from "./state.ts";
import { computeBuffers, flashAttentionRuns, type Session } from "./compute.ts";
import { contextSizes } from "./context.ts";
import { footprintOf } from "./footprint.ts";
import { cacheLines, computeLines, outputLine, stateLines, weightLines, type Line } from "./lines.ts";
import { memoriesOf } from "./memories.ts";
import { placesOf } from "./places.ts";
import { placeLayers, type Placement } from "./placement.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, EngineRefusal, quantizedValuesNeedFlash, rejected } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { placeWeights } from "./weights.ts";

/**
 * Every buffer llama.cpp would allocate for a model and its settings, to the byte, device by device, or why it would refuse. The
 * engine's own allocator and scheduler are replayed on the architecture's graph.
 */
export function predictLlamaCpp(question: LlamaCppQuestion): MemoryPrediction {
  const refusal = checkSettings(question.geometry, question.settings, question.build);
  if (refusal !== undefined) return refusal;
  try {
    return predict(openSession(question), question);
  } catch (error) {
    if (error instanceof EngineRefusal) return error.rejection;
    if (!(error instanceof EngineAbort)) throw error;
    return rejected("tensor-above-device-limit", error.message);
  }
}

function predict(session: Session, question: LlamaCppQuestion): MemoryPrediction {
  const lines = linesOf(session, question.weightsFrom).map((line) => inRig(line, session.used));
  const buffers = lines.map(({ buffer }) => buffer);
  const rig = deviceNames(question.devices);
  return {
    kind: "fits-engine",
    places: placesOf(buffers, session.memories.cpu.name, rig),
    buffers,
    footprint: footprintOf(lines, rig),
  };
}

function linesOf(session: Session, weightsFrom: LlamaCppQuestion["weightsFrom"]): Line[] {
  return [
    ...weightLines(session, weightsFrom),
    ...cacheLines(session, "full"),
    ...cacheLines(session, "window"),
    ...stateLines(session),
    outputLine(session),
    ...computeLines(session, computeBuffers(session)),
  ];
}

/** Inside this folder a place counts the devices used; outside, the rig's. */
export function inRig(line: Line, used: readonly UsedDevice[]): Line {
  const { place } = line.buffer;
  return place === "host" ? line : { ...line, buffer: { ...line.buffer, place: used[place]!.rigIndex } };
}

/** Place of every layer, the output matrix last: "host" or the device's index in the rig. */
export function layerPlaces(
  geometry: Geometry,
  settings: LlamaCppSettings,
  devices: readonly Device[],
): readonly ("host" | number)[] {
  const used = usedDevices(devices, settings);
  const { layers, output } = placementOf(geometry, settings, used);
  return [...layers, output].map((place) => (place === "host" ? place : used[place]!.rigIndex));
}

/** Without shares that were asked for, the engine deals layers out by the devices' free memory. */
function placementOf(geometry: Geometry, settings: LlamaCppSettings, used: readonly UsedDevice[]): Placement {
  const free = used.map(({ device }) => device.freeBytes ?? device.totalBytes ?? 0);
  return placeLayers(geometry.layers.length, settings, free);
}

/** Where layers will lie, before any tensor is looked at. */
export function layerStart(
  question: Omit<LlamaCppQuestion, "tensors">,
): Pick<Session, "memories" | "placement" | "used"> {
  const { geometry, settings } = question;
  const used = usedDevices(question.devices, settings);
  return { used, memories: memoriesOf(question, used), placement: placementOf(geometry, settings, used) };
}

/** A model as loaded: the same for every context that is made of it. */
type LoadedModel = Pick<Session, "memories" | "placement" | "used" | "weights">;

/** Loads remembered a list of tensors: a search asks for a few placements over and over. */
const MOST_LOADS = 4;
const LOADS = new WeakMap<LlamaCppQuestion["tensors"], Map<string, LoadedModel>>();

function loadedModel(question: LlamaCppQuestion): LoadedModel {
  const { tensors, geometry, settings, devices, build, cpuFeatures, dryRun } = question;
  const key = JSON.stringify([withoutContext(settings), devices, build, cpuFeatures, dryRun, geometry.layers.length]);
  const loads = LOADS.get(tensors) ?? new Map<string, LoadedModel>();
  LOADS.set(tensors, loads);
  const known = loads.get(key);
  if (known !== undefined) return known;
  const start = layerStart(question);
  const loaded = { ...start, weights: placeWeights(tensors, start.placement, start.memories.weights) };
  if (loads.size >= MOST_LOADS) loads.delete(loads.keys().next().value!);
  loads.set(key, loaded);
  return loaded;
}

/** Settings that decide how a model is loaded: those that only a context is made of are alike. */
export function withoutContext(settings: LlamaCppSettings): LlamaCppSettings {
  return {
    ...settings,
    context: 0,
    sequences: 0,
    unifiedCache: false,
    batch: 0,
    microBatch: 0,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
  };
}

export function openSession(question: LlamaCppQuestion): Session {
  const { geometry, settings, build } = question;
  const architecture = architectureOf(geometry.architecture);
  if (architecture === undefined) {
    throw new LoadoutError("architecture-unknown", { architecture: geometry.architecture, known: architectureNames() });
  }
  const dryRun = question.dryRun === true;
  const sizes = contextSizes(geometry, settings, question.caller, build, question.draftTokens);
  const { used, memories, placement, weights } = loadedModel(question);
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
      used,
      memories,
      placement,
      weights,
      caches,
      states,
      dryRun,
    };
  };
  const quantizedValues = elementType(settings.cacheTypeV)?.quantized === true;
  if (settings.flashAttention !== "auto") return session(settings.flashAttention, !settings.flashAttention);
  const tried = session(true, false);
  if (quantizedValues && build.quantizedValuesForceFlash) return tried;
  if (flashAttentionRuns(tried)) return tried;
  if (quantizedValues) throw new EngineRefusal(quantizedValuesNeedFlash(settings, "which a device here cannot do"));
  return session(false, false);
}

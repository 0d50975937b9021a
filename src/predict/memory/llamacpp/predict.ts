import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { MemoryPrediction } from "../memory.ts";
import { computeBuffers, type Session } from "./compute.ts";
import { deviceNames, usedDevices, type UsedDevice } from "./devices.ts";
import { asDraft, draftSession, targetOf } from "./draft.ts";
import { footprintOf } from "./footprint.ts";
import { adapterLines, cacheLines, computeLines, outputLine, stateLines, weightLines, type Line } from "./lines.ts";
import { placesOf } from "./places.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, EngineRefusal, rejected } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { servingOf } from "./serving.ts";
import { openSession, placementOf } from "./session.ts";

/**
 * Every buffer llama.cpp would allocate for a model and its settings, to the byte, device by device, or why it would refuse. The
 * engine's own allocator and scheduler are replayed on the architecture's graph.
 */
export function predictLlamaCpp(question: LlamaCppQuestion): MemoryPrediction {
  const refusal = checkSettings(question.geometry, question.settings, question.build);
  if (refusal !== undefined) return refusal;
  try {
    return predict(question);
  } catch (error) {
    if (error instanceof EngineRefusal) return error.rejection;
    if (!(error instanceof EngineAbort)) throw error;
    return rejected("tensor-above-device-limit", error.message);
  }
}

function predict(question: LlamaCppQuestion): MemoryPrediction {
  const session = openSession(targetOf(question));
  const draft = draftSession(question, session.sizes);
  const lines = [session, ...(draft === undefined ? [] : [draft])].flatMap((each) =>
    linesOf(each, question.weightsFrom).map((line) => inRig(each === draft ? asDraft(line) : line, each.used)),
  );
  const buffers = lines.map(({ buffer }) => buffer);
  const rig = deviceNames(question.devices);
  const serving = question.caller.keepsStates && question.dryRun !== true ? servingOf(session, draft) : undefined;
  return {
    kind: "fits-engine",
    places: placesOf(buffers, session.memories.cpu.name, rig),
    buffers,
    footprint: footprintOf(lines, rig),
    ...(serving === undefined ? {} : { serving }),
  };
}

function linesOf(session: Session, weightsFrom: LlamaCppQuestion["weightsFrom"]): Line[] {
  return [
    // an appended block's context runs on the weights that its model holds already
    ...(session.part === "mtp" ? [] : weightLines(session, weightsFrom)),
    ...adapterLines(session),
    ...cacheLines(session, "full"),
    ...cacheLines(session, "window"),
    ...cacheLines(session, "indexer"),
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

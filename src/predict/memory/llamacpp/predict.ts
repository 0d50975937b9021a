import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { between } from "../../estimate/index.ts";
import type { EngineBuffer, MemoryPrediction } from "../memory.ts";
import { computeBuffers, type Session } from "./compute.ts";
import { isStaged } from "./covered.ts";
import { checkStoredLimits } from "./device-limits.ts";
import { deviceNames, usedDevices, type UsedDevice } from "./devices.ts";
import { tapsOf } from "./draft-head.ts";
import { asDraft, draftSession, targetOf } from "./draft.ts";
import { PerhapsTooLong } from "./graph-limit.ts";
import { footprintOf } from "./footprint.ts";
import { adapterLines, cacheLines, computeLines, outputLine, stateLines, weightLines, type Line } from "./lines.ts";
import { placesOf } from "./places.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, EngineRefusal, rejected } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { ABOUT_BAND, STAGED_BAND } from "./replayed-whole.ts";
import { servingOf } from "./serving.ts";
import { openSession, placementOf } from "./session.ts";
import { layersOfFile, shortened } from "./shorten.ts";

/**
 * Every buffer llama.cpp would allocate for a model and its settings, to the byte, device by device, or why it would refuse. The
 * engine's own allocator and scheduler are replayed on the architecture's graph.
 */
export function predictLlamaCpp(question: LlamaCppQuestion): MemoryPrediction {
  return unlessRefused(question, predict);
}

/** What a search asks: adapters and drafts are left to whole replays. */
type AboutQuestion = Omit<LlamaCppQuestion, "adapters" | "draft" | "dryRun">;

/**
 * What {@link predictLlamaCpp} says in a fraction of its time: compute buffers are those of a graph with its repetitions left out, and
 * intervals that hold those of the whole. All else is exact.
 */
export function aboutLlamaCpp(question: AboutQuestion): MemoryPrediction {
  return unlessRefused(question, about);
}

/** What any run of these settings takes at least: all of {@link predictLlamaCpp} but the compute buffers, exact. */
export function leastLlamaCpp(question: AboutQuestion): MemoryPrediction {
  return unlessRefused(question, least);
}

function unlessRefused(question: LlamaCppQuestion, answer: typeof predict): MemoryPrediction {
  const refusal = checkSettings(question.geometry, question.settings, question.build);
  if (refusal !== undefined) return refusal;
  try {
    return answer(question);
  } catch (error) {
    if (error instanceof EngineRefusal) return error.rejection;
    if (!(error instanceof EngineAbort)) throw error;
    return rejected("tensor-above-device-limit", error.message);
  }
}

function predict(question: LlamaCppQuestion): MemoryPrediction {
  const session = openSession(targetOf(question), "trunk", { taps: tapsOf(question) });
  const draft = draftSession(question, session);
  const lines = [session, ...(draft === undefined ? [] : [draft])].flatMap((each) =>
    linesOf(each, question.weightsFrom).map((line) => lineInRig(each === draft ? asDraft(line) : line, each.used)),
  );
  const serving =
    question.caller.keepsStates && question.dryRun !== true ? servingOf(session, draft, question) : undefined;
  return { ...accepted(lines, session, question), ...(serving === undefined ? {} : { serving }) };
}

function about(question: LlamaCppQuestion): MemoryPrediction {
  const session = openSession(question);
  const lines = aboutLines(session, question).map((line) => lineInRig(line, session.used));
  return accepted(lines, session, question);
}

function least(question: LlamaCppQuestion): MemoryPrediction {
  const session = openSession(question);
  const lines = storedLines(session, question.weightsFrom).map((line) => lineInRig(line, session.used));
  return accepted(lines, session, question);
}

function aboutLines(session: Session, { weightsFrom }: LlamaCppQuestion): Line[] {
  const few = shortened(session, layersOfFile(session));
  if (few === session) return linesOf(session, weightsFrom);
  try {
    const lines = linesOf(session, weightsFrom, few);
    const band = isStaged(session) ? STAGED_BAND : ABOUT_BAND;
    return lines.map((line) => (line.buffer.term === "compute" ? widened(line, band) : line));
  } catch (error) {
    if (!(error instanceof PerhapsTooLong)) throw error;
    return linesOf(session, weightsFrom);
  }
}

function widened({ buffer, leaf }: Line, share: number): Line {
  const { key, label, value, low = value, high = value, provenance } = leaf;
  const ends = [Math.max(0, low - share * value), value, high + share * value] as const;
  // its reasons are only made when somebody reads them
  return {
    buffer,
    leaf: between(key, label, ends, provenance, () => ({ ...(leaf.formula && { formula: leaf.formula }) })),
  };
}

function accepted(lines: readonly Line[], session: Session, { devices }: LlamaCppQuestion): MemoryPrediction {
  const buffers = lines.map(({ buffer }) => buffer);
  const rig = deviceNames(devices);
  return {
    kind: "fits-engine",
    places: placesOf(buffers, session.memories.cpu.name, rig),
    buffers,
    footprint: footprintOf(lines, rig),
  };
}

/** `graphs`: the session whose graphs are replayed. */
function linesOf(session: Session, weightsFrom: LlamaCppQuestion["weightsFrom"], graphs = session): Line[] {
  return [...storedLines(session, weightsFrom), ...computeLines(graphs, computeBuffers(graphs))];
}

/** What needs no graph. */
function storedLines(session: Session, weightsFrom: LlamaCppQuestion["weightsFrom"]): Line[] {
  checkStoredLimits(session);
  return [
    // an appended block's context runs on the weights that its model holds already
    ...(session.part === "mtp" ? [] : weightLines(session, weightsFrom)),
    ...adapterLines(session),
    ...cacheLines(session, "full"),
    ...cacheLines(session, "window"),
    ...cacheLines(session, "indexer"),
    ...stateLines(session),
    outputLine(session),
  ];
}

/** Inside this folder a place counts the devices used; outside, the rig's. */
export function inRig(buffer: EngineBuffer, used: readonly UsedDevice[]): EngineBuffer {
  return buffer.place === "host" ? buffer : { ...buffer, place: used[buffer.place]!.rigIndex };
}

function lineInRig({ buffer, leaf }: Line, used: readonly UsedDevice[]): Line {
  return { buffer: inRig(buffer, used), leaf };
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

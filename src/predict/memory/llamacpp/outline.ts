import { quantized, quantizedGroups, tensorGroups, type Shaped } from "../../../facts/recipe/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import { between, bytes, sum } from "../../estimate/index.ts";
import type { MemoryPrediction, MemoryTerm, PlaceMemory } from "../memory.ts";
import { cacheLines, computeLines, outputLine, stateLines } from "./lines.ts";
import { computeBuffers } from "./compute.ts";
import { layerStart, mapsFile, openSession } from "./predict.ts";
import { placesOf } from "./places.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, rejected, type Rejection } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { shortened } from "./shorten.ts";
import { weightSums, type WeightTerms } from "./weight-sums.ts";

/** A model of which every file type is asked about. */
export interface OutlineQuestion extends Omit<LlamaCppQuestion, "tensors" | "settings"> {
  readonly shapes: readonly Shaped[];
}

/**
 * How far a place's total may lie from what the whole graph takes, as a share of it. Weights, cache and state are exact; the
 * compute buffer is that of fewer layers and of one file type. Held against whole replays of all models by `outline.test.ts`.
 */
export const OUTLINE_BAND = 0.01;

/**
 * Memory of one model for many file types and contexts, without replaying each: tensors are summed by groups, the graph is replayed
 * with repetitions left out, once for all file types where none of its weights is staged. Every place's total is an interval.
 */
export function outlineLlamaCpp(question: OutlineQuestion): (settings: LlamaCppSettings, fileType: string) => MemoryPrediction {
  const { geometry, shapes, devices } = question;
  const contexts = new Map<string, readonly PlaceMemory[] | Rejection>();
  const weights = new Map<string, (fileType: string) => ReadonlyMap<"host" | number, WeightTerms>>();
  const files = new Map<string, readonly Tensor[]>();
  return (settings, fileType) => {
    const context = contextOf(settings, fileType);
    if ("kind" in context) return context;
    const sums = weightsOf(settings)(fileType);
    return predictionOf(context.map((place) => ({ ...place, terms: { ...place.terms, ...sums.get(place.place) } })));
  };

  function contextOf(settings: LlamaCppSettings, fileType: string): readonly PlaceMemory[] | Rejection {
    const key = JSON.stringify([settings, staged(settings) ? fileType : ""]);
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const found = checkSettings(geometry, settings) ?? replayed(settings, staged(settings) ? fileType : COMMON);
    contexts.set(key, found);
    return found;
  }

  function replayed(settings: LlamaCppSettings, fileType: string): readonly PlaceMemory[] | Rejection {
    const whole = { ...question, tensors: fileOf(fileType), settings };
    try {
      const session = openSession(whole);
      const short = shortened(geometry, whole.tensors, settings, session.placement, devices.length);
      const few = short.geometry === geometry ? session : openSession({ ...whole, ...short });
      const lines = [
        ...cacheLines(session, "full"),
        ...cacheLines(session, "window"),
        ...stateLines(session),
        outputLine(session),
        ...computeLines(few, computeBuffers(few)),
      ];
      return placesOf(
        lines.map(({ buffer }) => buffer),
        session.memories,
      );
    } catch (error) {
      if (!(error instanceof EngineAbort)) throw error;
      return rejected("tensor-above-device-limit", error.message);
    }
  }

  function fileOf(fileType: string): readonly Tensor[] {
    const known = files.get(fileType);
    if (known !== undefined) return known;
    const file = quantized(geometry, shapes, fileType).map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
    files.set(fileType, file);
    return file;
  }

  /** Weights on the host are copied to a device for large batches: then their types count in the graph. */
  function staged(settings: LlamaCppSettings): boolean {
    const complete = settings.gpuLayers === "all" || settings.gpuLayers > geometry.layers.length;
    return devices.length > 0 && (!complete || (settings.expertLayersOnHost ?? 0) > 0);
  }

  function weightsOf(settings: LlamaCppSettings): (fileType: string) => ReadonlyMap<"host" | number, WeightTerms> {
    const { gpuLayers, tensorSplit, expertLayersOnHost, memoryMap, repack } = settings;
    const key = JSON.stringify([gpuLayers, tensorSplit, expertLayersOnHost, memoryMap, repack]);
    const known = weights.get(key);
    if (known !== undefined) return known;
    const { memories, placement } = layerStart({ ...question, settings });
    const groups = tensorGroups(geometry, shapes, ({ name, layer }) =>
      layer < 0 ? "" : `${placement.layers[layer]} ${memories.weights.staysOnHost(name)}`,
    );
    const mapped = mapsFile({ ...question, settings }) ? memories.cpu : undefined;
    const tied = !shapes.some(({ name }) => name === "output.weight");
    const sums = weightSums(memories, placement, mapped, tied);
    const byType = new Map<string, ReadonlyMap<"host" | number, WeightTerms>>();
    const made = (fileType: string) => {
      const before = byType.get(fileType) ?? sums(quantizedGroups(groups, fileType));
      byType.set(fileType, before);
      return before;
    };
    weights.set(key, made);
    return made;
  }
}

/** The file type whose graph stands for all others where no weight is staged: every model has it. */
const COMMON = "Q8_0";

function predictionOf(places: readonly PlaceMemory[]): MemoryPrediction {
  const nodes = places.map(({ place, label, terms }) => {
    const total = Object.values(terms).reduce((all, value) => all + value, 0);
    const parts = TERMS.flatMap((term) => {
      const value = terms[term];
      if (value === undefined) return [];
      if (term !== "compute") return [bytes(term, term, value, "formula")];
      const slack = total * OUTLINE_BAND;
      return [between(term, term, [Math.max(0, value - slack), value, value + slack], "formula")];
    });
    return sum(place === "host" ? "host" : `device-${place}`, label, parts);
  });
  return { kind: "fits-engine", places, buffers: [], footprint: sum("memory", "memory", nodes) };
}

const TERMS: readonly MemoryTerm[] = ["weights", "repacked", "kv", "recurrent", "output", "compute"];

import { quantized, quantizedGroups, tensorGroups, type Shaped } from "../../../facts/recipe/index.ts";
import { overridesOf, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import { between, bytes, sum } from "../../estimate/index.ts";
import type { MemoryPrediction, MemoryTerm, PlaceMemory } from "../memory.ts";
import { cacheLines, computeLines, outputLine, stateLines } from "./lines.ts";
import { computeBuffers } from "./compute.ts";
import { deviceNames } from "./devices.ts";
import { inRig, layerStart, openSession, withoutContext } from "./predict.ts";
import { placesOf } from "./places.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, EngineRefusal, rejected, type Rejection } from "./reject.ts";
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
export function outlineLlamaCpp(question: OutlineQuestion): LlamaCppOutline {
  const { geometry, shapes, devices, build } = question;
  const tied = !shapes.some(({ name }) => name === "output.weight");
  const largest = Math.max(...shapes.map(({ shape }) => shape.reduce((product, length) => product * length, 1)));
  const contexts = remembered((key: ContextKey) => replayed(key));
  const files = remembered((fileType: string) => fileOf(fileType));
  const loads = remembered((settings: LlamaCppSettings) => loadOf(settings));
  return (settings, fileType) => {
    const refusal = checkSettings(geometry, settings, build);
    if (refusal !== undefined) return refusal;
    const load = loads(withoutContext(settings));
    const context = contexts({ settings, fileType: load.staged || isOwnCase(fileType) ? fileType : COMMON });
    if ("kind" in context) return context;
    const sums = load.weights(fileType);
    return predictionOf(context.map((place) => ({ ...place, terms: { ...place.terms, ...sums.get(place.place) } })));
  };

  function replayed({ settings, fileType }: ContextKey): readonly PlaceMemory[] | Rejection {
    try {
      const session = openSession({ ...question, tensors: files(fileType), settings });
      const few = shortened(session);
      const lines = [
        ...cacheLines(session, "full"),
        ...cacheLines(session, "window"),
        ...stateLines(session),
        outputLine(session),
        ...computeLines(few, computeBuffers(few)),
      ];
      const buffers = lines.map((line) => inRig(line, session.used).buffer);
      return placesOf(buffers, session.memories.cpu.name, deviceNames(devices));
    } catch (error) {
      if (error instanceof EngineRefusal) return error.rejection;
      if (!(error instanceof EngineAbort)) throw error;
      return rejected("tensor-above-device-limit", error.message);
    }
  }

  function fileOf(fileType: string): readonly Tensor[] {
    return quantized(geometry, shapes, fileType).map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
  }

  function loadOf(settings: LlamaCppSettings): Load {
    const { memories, placement, used } = layerStart({ ...question, settings });
    const told = (name: string): string => {
      const memory = memories.weights.overridden(name);
      return memory === undefined || memory === "host" ? `${memory}` : memory.name;
    };
    const groups = tensorGroups(geometry, shapes, ({ name, layer }) =>
      layer < 0 ? "" : `${placement.layers[layer]} ${told(name)}`,
    );
    const sums = weightSums(memories, placement, tied);
    return {
      staged: used.length > 0 && (!placement.complete || overridesOf(settings).length > 0),
      weights: remembered((fileType) => {
        const byPlace = sums(quantizedGroups(groups, fileType));
        return new Map(
          [...byPlace].map(([place, terms]) => [place === "host" ? place : used[place]!.rigIndex, terms] as const),
        );
      }),
    };
  }

  /** Vulkan's kernels depend on types, and operations on tensors above its limit run elsewhere. */
  function isOwnCase(fileType: string): boolean {
    const limits = devices.flatMap(({ backend, limits: own }) =>
      backend === "vulkan" ? [own?.maxStorageBufferBytes ?? VULKAN_STORAGE_BYTES] : [],
    );
    if (limits.length === 0) return false;
    return /^B?F\d+$/.test(fileType) || largest * COMMON_ELEMENT_BYTES > Math.min(...limits);
  }
}

/** Memory for settings and a file type. */
export type LlamaCppOutline = (settings: LlamaCppSettings, fileType: string) => MemoryPrediction;

interface ContextKey {
  readonly settings: LlamaCppSettings;
  readonly fileType: string;
}

/** A model under one placement. */
interface Load {
  /** weights on the host are copied to a device for large batches: then their types count in the graph */
  readonly staged: boolean;
  readonly weights: (fileType: string) => ReadonlyMap<"host" | number, WeightTerms>;
}

/** What a Vulkan driver allows at least, where a device does not say it. */
const VULKAN_STORAGE_BYTES = 2 ** 32 - 1;

function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const text = JSON.stringify(key);
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(key);
    known.set(text, made);
    return made;
  };
}

/** The file type whose graph stands for all others where no weight is staged: every model has it. */
const COMMON = "Q8_0";
const COMMON_ELEMENT_BYTES = 34 / 32;

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

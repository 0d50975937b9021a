import {
  quantized,
  quantizedGroups,
  tensorGroups,
  type Shaped,
  type TensorGroups,
} from "../../../facts/recipe/index.ts";
import { overridesOf, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import { between, bytes, sum } from "../../estimate/index.ts";
import type { EngineBuffer, MemoryPrediction, MemoryTerm, PlaceMemory } from "../memory.ts";
import { isMuchMore } from "./covered.ts";
import { type AtContext, onLine } from "./along-contexts.ts";
import { bufferOf, cacheLines, outputLine, stateLines } from "./lines.ts";
import { computeBuffers } from "./compute.ts";
import { deviceNames } from "./devices.ts";
import { PerhapsTooLong } from "./graph-limit.ts";
import { inRig } from "./predict.ts";
import { isLoaded, knownArchitecture, layerStart, openSession, withoutContext } from "./session.ts";
import { placesOf } from "./places.ts";
import type { LlamaCppQuestion } from "./question.ts";
import { checkSettings, EngineRefusal, rejected, type Rejection } from "./reject.ts";
import { EngineAbort } from "./replay/abort.ts";
import { computeBuffer } from "./replay/assign.ts";
import type { Placement } from "./placement.ts";
import { keptLayers, shortened, toldText } from "./shorten.ts";
import { parted } from "./weights.ts";
import { isReplayedWhole, needsAllLayers, OUTLINE_BAND } from "./replayed-whole.ts";
import { storedBuffers } from "./stores.ts";
import { fileBytes, weightSums, type WeightTerms } from "./weight-sums.ts";

/** A model of which every file type is asked about. */
export interface OutlineQuestion extends Omit<LlamaCppQuestion, "tensors" | "settings" | "adapters" | "draft"> {
  readonly shapes: readonly Shaped[];
}

/** Memory of one model for many file types and contexts. */
export interface LlamaCppOutline {
  /** every place's total is an interval */
  readonly predict: (settings: LlamaCppSettings, fileType: string) => MemoryPrediction;
  /** all of that but the compute buffers, exact: what any run takes at least */
  readonly stored: (settings: LlamaCppSettings, fileType: string) => MemoryPrediction;
  /** all but the weights, by place */
  readonly context: (settings: LlamaCppSettings, fileType: string) => readonly PlaceMemory[] | Rejection;
  /** the weights by place, exact */
  readonly weights: (settings: LlamaCppSettings) => (fileType: string) => PlaceWeights;
  /** of the weights, without a header */
  readonly fileBytes: (settings: LlamaCppSettings, fileType: string) => number;
  /** the file type whose context is another's as well: one for all where no weight is staged */
  readonly alike: (settings: LlamaCppSettings) => (fileType: string) => string;
}

type PlaceWeights = ReadonlyMap<"host" | number, WeightTerms>;

/**
 * Without replaying each: tensors are summed by groups, the graph is replayed with repetitions left out, once for all file types
 * where none of its weights is staged.
 */
export function outlineLlamaCpp(question: OutlineQuestion): LlamaCppOutline {
  const { geometry, shapes, devices, build } = question;
  const { outputFirst = false, sharesEmbedding = false } = knownArchitecture(geometry);
  const tied = !sharesEmbedding && !shapes.some(({ name }) => name === "output.weight");
  const largest = Math.max(...shapes.map(({ shape }) => shape.reduce((product, length) => product * length, 1)));
  const atContexts = remembered((_: ContextKey): AtContext[] => []);
  const contexts = remembered(({ settings, fileType }: ContextKey) => replayed(settings, fileType));
  const layouts = remembered(layoutOf);
  const layout = (settings: LlamaCppSettings): Layout => layouts(withoutContext(settings));
  return {
    predict,
    stored,
    context,
    weights,
    alike,
    fileBytes: (settings, fileType) => layout(settings).file(fileType).bytes,
  };

  function predict(settings: LlamaCppSettings, fileType: string): MemoryPrediction {
    const places = context(settings, fileType);
    if ("kind" in places) return places;
    const sums = weights(settings)(fileType);
    return predictionOf(places.map((place) => ({ ...place, terms: { ...place.terms, ...sums.get(place.place) } })));
  }

  function stored(settings: LlamaCppSettings, fileType: string): MemoryPrediction {
    const asked = { ...question, settings };
    const refusal = checkSettings(geometry, settings, build);
    if (refusal !== undefined) return refusal;
    const places = placesOf(storedBuffers(asked), layerStart(asked).memories.cpu.name, deviceNames(devices));
    const sums = weights(settings)(fileType);
    return predictionOf(places.map((place) => ({ ...place, terms: { ...place.terms, ...sums.get(place.place) } })));
  }

  function context(settings: LlamaCppSettings, fileType: string): readonly PlaceMemory[] | Rejection {
    return contexts({ settings, fileType: alike(settings)(fileType) });
  }

  function weights(settings: LlamaCppSettings): (fileType: string) => PlaceWeights {
    const { file } = layout(settings);
    return (fileType) => file(fileType).weights;
  }

  function alike(settings: LlamaCppSettings): (fileType: string) => string {
    const { staged } = layout(settings);
    return (fileType) => (staged || isOwnCase(fileType) ? fileType : COMMON);
  }

  function replayed(
    settings: LlamaCppSettings,
    fileType: string,
    // whether flash attention runs is found out with all layers
    file: ReplayedFile = settings.flashAttention === "auto" ? wholeFile(fileType) : layout(settings).replayed(fileType),
  ): readonly PlaceMemory[] | Rejection {
    const refusal = checkSettings(geometry, settings, build);
    if (refusal !== undefined) return refusal;
    try {
      const before = atContexts({ settings: { ...settings, context: 0 }, fileType });
      const { weights: least } = layout(settings).file(fileType === COMMON ? LEAST : fileType);
      return contextOf(file, settings, before, least);
    } catch (error) {
      if (error instanceof PerhapsTooLong) return replayed(settings, fileType, wholeFile(fileType));
      if (error instanceof EngineRefusal) return error.rejection;
      if (!(error instanceof EngineAbort)) throw error;
      return rejected("tensor-above-device-limit", error.message);
    }
  }

  /** `replayedBefore`: other contexts under the same settings, of which this one becomes one. `least`: weights of the least file. */
  function contextOf(
    { tensors, kept }: ReplayedFile,
    settings: LlamaCppSettings,
    replayedBefore: AtContext[],
    least: PlaceWeights,
  ): readonly PlaceMemory[] {
    const session = openSession({ ...question, tensors, settings });
    const { sizes, memories, used } = session;
    // half of the band stays for the layers that are left out
    const slackBytes = (buffer: number): number => {
      const { place } = computeBuffer(memories.backends, buffer);
      const storedBytes = least.get(place === "host" ? place : used[place]!.rigIndex)?.weights ?? 0;
      return (OUTLINE_BAND / 2) * LEAST_SHARE * storedBytes;
    };
    let compute = onLine(replayedBefore, sizes, slackBytes);
    if (compute === undefined) {
      const few = shortened(session, kept, shapes.length);
      const held = computeBuffers(few, isMuchMore(session) ? "prompt" : "all");
      compute = [...held.bytes];
      replayedBefore.push({ sizes, bytes: compute });
    }
    const lines = [
      ...cacheLines(session, "full"),
      ...cacheLines(session, "window"),
      ...cacheLines(session, "indexer"),
      ...stateLines(session),
      outputLine(session),
    ];
    const buffers = [
      ...lines.map(({ buffer }) => buffer),
      ...compute.map((size, index) => bufferOf(computeBuffer(memories.backends, index), "compute", size)),
    ].map((buffer) => inRig(buffer, used));
    return placesOf(buffers, memories.cpu.name, deviceNames(devices));
  }

  function layoutOf(settings: LlamaCppSettings): Layout {
    const asked = { ...question, settings };
    const { memories, placement, used } = layerStart(asked);
    const told = (name: string): string => toldText(memories.weights.overridden(name));
    const loaded = (name: string): boolean => isLoaded(name, asked, "trunk");
    // without overrides and appended blocks a layer is all in one place
    const parts = overridesOf(settings).length > 0 || geometry.layers.at(-1)?.kind === "mtp";
    let made: TensorGroups | undefined;
    const groups = (): TensorGroups =>
      (made ??= tensorGroups(geometry, shapes, ({ name, layer }) => {
        if (layer < 0) return "";
        const place = placement.layers[layer] ?? "";
        return parts ? `${place} ${told(name)} ${loaded(name)}` : place;
      }));
    const sums = weightSums(memories, placement, { tied, outputFirst, encoder: geometry.cacheless === true }, loaded);
    const inRigOrder = (place: "host" | number) => (place === "host" ? place : used[place]!.rigIndex);
    return {
      staged: used.length > 0 && (!placement.complete || overridesOf(settings).length > 0),
      // types of all groups are not kept: with them a table of many models is large
      file: remembered((fileType) => {
        const typed = quantizedGroups(groups(), fileType);
        const byPlace = [...sums(typed)];
        const inPlaces = new Map(byPlace.map(([place, terms]) => [inRigOrder(place), terms] as const));
        return { weights: inPlaces, bytes: fileBytes(typed) };
      }),
      replayed: remembered((fileType) => fileOf(placement, fileType, told, groups())),
    };
  }

  /** Tensors of the layers that are replayed; of the common file type no others are made. */
  function fileOf(
    placement: Placement,
    fileType: string,
    told: (name: string) => string,
    groups: TensorGroups,
  ): ReplayedFile {
    if (isOwnCase(fileType) || needsAllLayers(geometry)) return wholeFile(fileType);
    if (fileType !== COMMON) {
      const all = tensorsOf(shapes, fileType);
      const kept = keptLayers(
        geometry,
        placement,
        all.map(({ name, type }) => {
          const { layer, rest } = parted(name);
          return [layer, ` ${rest} ${type} ${told(name)}`] as const;
        }),
      );
      return { tensors: all, kept };
    }
    const kept = keptLayers(geometry, placement, groupsByLayer(groups));
    const stays = new Set([-1, ...kept]);
    const layers = new Int32Array(shapes.length);
    for (const { members } of groups.list) for (const { tensor } of members) layers[tensor.at] = tensor.layer;
    const some = shapes.filter((_, at) => stays.has(layers[at]!));
    return { tensors: tensorsOf(some, fileType), kept };
  }

  function wholeFile(fileType: string): ReplayedFile {
    return { tensors: tensorsOf(shapes, fileType), kept: [...geometry.layers.keys()] };
  }

  function tensorsOf(some: readonly Shaped[], fileType: string): Tensor[] {
    return quantized(geometry, some, fileType).map((tensor) => ({ ...tensor, offset: 0, file: 0 }));
  }

  function isOwnCase(fileType: string): boolean {
    return isReplayedWhole(question, {
      float: /^B?F\d+$/.test(fileType),
      largestBytes: largest * COMMON_ELEMENT_BYTES,
    });
  }
}

/** Tensors of one group are alike, and told to the same memory. */
function* groupsByLayer({ list }: TensorGroups): Generator<readonly [layer: number, group: string]> {
  for (const [index, { members }] of list.entries()) {
    const text = ` ${index}`;
    for (const { tensor } of members) yield [tensor.layer, text];
  }
}

interface ContextKey {
  readonly settings: LlamaCppSettings;
  readonly fileType: string;
}

/** A model under one placement. */
interface Layout {
  /** weights on the host are copied to a device for large batches: then their types count in the graph */
  readonly staged: boolean;
  readonly file: (fileType: string) => SummedFile;
  readonly replayed: (fileType: string) => ReplayedFile;
}

interface SummedFile {
  readonly weights: PlaceWeights;
  /** of the weights, without a header */
  readonly bytes: number;
}

interface ReplayedFile {
  readonly tensors: readonly Tensor[];
  /** layers whose graph is replayed */
  readonly kept: readonly number[];
}

function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const text = typeof key === "string" ? key : JSON.stringify(key);
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(key);
    known.set(text, made);
    return made;
  };
}

/** The least file type that all models have; what only some have is at least this share of it (1.125 of 1.56 bits). */
const LEAST = "IQ1_S";
const LEAST_SHARE = 0.7;

/** The file type whose graph stands for all others where no weight is staged: every model has it. */
const COMMON = "Q8_0";
const COMMON_ELEMENT_BYTES = 34 / 32;

function predictionOf(places: readonly PlaceMemory[]): MemoryPrediction {
  const buffers: EngineBuffer[] = [];
  const nodes = places.map(({ place, label, terms }) => {
    const total = Object.values(terms).reduce((all, value) => all + value, 0);
    const parts = TERMS.flatMap((term) => {
      const value = terms[term];
      if (value === undefined) return [];
      buffers.push({ label, term, place, bytes: value });
      if (term !== "compute") return [bytes(term, term, value, "formula")];
      const slack = total * OUTLINE_BAND;
      return [between(term, term, [Math.max(0, value - slack), value, value + slack], "formula")];
    });
    return sum(place === "host" ? "host" : `device-${place}`, label, parts);
  });
  return { kind: "fits-engine", places, buffers, footprint: sum("memory", "memory", nodes) };
}

const TERMS: readonly MemoryTerm[] = ["weights", "repacked", "kv", "recurrent", "output", "compute"];

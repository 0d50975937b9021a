import type { Rig } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import { quantized, type Shaped } from "../../facts/recipe/index.ts";
import type { LlamaCppBuild, LlamaCppCaller } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import {
  aboutLlamaCpp,
  layerPlaces,
  leastLlamaCpp,
  outlineLlamaCpp,
  predictLlamaCpp,
  type LlamaCppOutline,
} from "../../predict/memory/index.ts";
import { remembered, type FitRequest, type Goal, type Wishes } from "../fit/index.ts";

/** A model of which every file type can be asked about. */
export interface SearchModel {
  readonly geometry: Geometry;
  /** its tensors in a file's order */
  readonly shapes: readonly Shaped[];
}

/** On what, under what and for what. */
export interface SearchSetup {
  readonly goal: Goal;
  readonly wishes: Wishes;
  readonly rig: Rig;
  readonly closable: FitRequest["closable"];
  readonly build: LlamaCppBuild;
  readonly caller: LlamaCppCaller;
}

/** A model on a rig, file type by file type. */
export interface Outlined {
  readonly model: SearchModel;
  readonly setup: SearchSetup;
  readonly outline: LlamaCppOutline;
  /** within the outline's band: for what is only compared */
  readonly about: (fileType: string) => FitRequest;
  /** by whole replays: for what is shown */
  readonly exact: (fileType: string) => FitRequest;
}

export function outlined(model: SearchModel, setup: SearchSetup): Outlined {
  const { geometry, shapes } = model;
  const { rig, build, caller } = setup;
  const fixed = { geometry, build, caller, devices: rig.devices, cpuFeatures: rig.host.cpu.features };
  const outline = outlineLlamaCpp({ ...fixed, shapes });
  const files = new Map<string, readonly Tensor[]>();
  const tensorsOf = (fileType: string): readonly Tensor[] => {
    const known = files.get(fileType) ?? fileTensors(model, fileType);
    files.set(fileType, known);
    return known;
  };
  const requestFor = (fileType: string, memories: Pick<FitRequest, "memory" | "about" | "least">): FitRequest => ({
    goal: setup.goal,
    wishes: setup.wishes,
    geometry,
    shapes,
    // made only where somebody reads them: a pace does
    get tensors() {
      return tensorsOf(fileType);
    },
    rig,
    closable: setup.closable,
    ...memories,
    placement: (settings) => layerPlaces(geometry, settings, rig.devices),
  });
  const exactly = (fileType: string) =>
    requestFor(fileType, {
      memory: remembered((settings) => predictLlamaCpp({ ...fixed, tensors: tensorsOf(fileType), settings })),
      about: remembered((settings) => aboutLlamaCpp({ ...fixed, tensors: tensorsOf(fileType), settings })),
      least: remembered((settings) => leastLlamaCpp({ ...fixed, tensors: tensorsOf(fileType), settings })),
    });
  return {
    model,
    setup,
    outline,
    about: (fileType) =>
      requestFor(fileType, {
        memory: (settings) => outline.predict(settings, fileType),
        least: (settings) => outline.stored(settings, fileType),
      }),
    exact: exactly,
  };
}

/** Usual alignment of GGUF: a file's tensors begin at multiples of it. */
const ALIGNMENT = 32;

function fileTensors({ geometry, shapes }: SearchModel, fileType: string): Tensor[] {
  let end = 0;
  return quantized(geometry, shapes, fileType).map((typed) => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + typed.bytes;
    return { ...typed, offset, file: 0 };
  });
}

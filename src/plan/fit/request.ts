import type { Rig } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { CacheType, LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import type { MemoryPrediction } from "../../predict/memory/index.ts";
import type { Calibration } from "../../predict/speed/index.ts";
import type { Guessing } from "./guessing.ts";
import type { Media } from "./media.ts";
import type { Goal } from "./goals.ts";

/** What a person fixed; everything absent is chosen. */
export interface Wishes {
  /** all of it, as a command line of the engine says: then nothing is chosen */
  readonly settings?: LlamaCppSettings;
  readonly context?: number;
  /** tokens that a stated prompt and its answer take: where no context is asked for, it has room for them */
  readonly room?: number;
  readonly users?: number;
  readonly microBatch?: number;
  readonly cacheType?: CacheType;
  readonly gpuLayers?: number | "all";
  /** experts of the first layers on the CPU, or of all */
  readonly expertLayersOnHost?: number | "all";
  readonly threads?: number;
}

/** The same model in a smaller file type. */
export interface SmallerFile {
  readonly fileType: string;
  /** the file type it would replace */
  readonly instead: string;
  readonly request: () => FitRequest;
}

export interface FitRequest {
  readonly goal: Goal;
  readonly wishes: Wishes;
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  /** names and shapes alone, where tensors with types are only made when asked for */
  readonly shapes?: readonly Pick<Tensor, "name" | "shape">[];
  readonly rig: Rig;
  /** memory that programs hold and would give back when closed, bytes */
  readonly closable: { readonly host: number; readonly devices: readonly number[] };
  /** the runtime's memory model, bound to this model, rig, version and caller */
  readonly memory: (settings: LlamaCppSettings) => MemoryPrediction;
  /** the same within intervals, and far quicker; absent where there is none */
  readonly about?: (settings: LlamaCppSettings) => MemoryPrediction;
  /** weights and what contexts keep, without any graph: never more than `memory`, and found at once; absent where there is none */
  readonly least?: (settings: LlamaCppSettings) => MemoryPrediction;
  /** device of each layer under these settings, the output layer last */
  readonly placement: (settings: LlamaCppSettings) => readonly (number | "host")[];
  /** smaller file types that could be had, the largest first */
  readonly smaller?: readonly SmallerFile[];
  readonly calibration?: Calibration;
  /** how tokens are guessed ahead; its memory is part of `memory` */
  readonly guessing?: Guessing;
  /** what requests bring besides text; its memory is part of `memory`, its tokens of the prompt */
  readonly media?: Media;
  /** what pages of a mapped file are read from the disk at, where a person says so */
  readonly diskBytesPerSec?: number;
  /** threads that a measurement on this machine found best, where one was made */
  readonly measuredThreads?: number;
}

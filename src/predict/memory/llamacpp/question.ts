import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppBuild, LlamaCppCaller, LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";

/** Everything llama.cpp's memory depends on. */
export interface LlamaCppQuestion {
  readonly geometry: Geometry;
  /** the weights as stored */
  readonly tensors: readonly Tensor[];
  /** where their sizes are from; read in the file's header unless said */
  readonly weightsFrom?: "header" | "formula";
  readonly build: LlamaCppBuild;
  readonly caller: LlamaCppCaller;
  /** in the engine's order; none = processor only */
  readonly devices: readonly Device[];
  readonly settings: LlamaCppSettings;
  /** instruction sets of the host's processor: they decide which weights are rearranged */
  readonly cpuFeatures: readonly string[];
  /** tokens drafted a step by speculative decoding */
  readonly draftTokens?: number;
  /** the engine only measures and allocates nothing: what its own estimates and `--fit` are made of */
  readonly dryRun?: boolean;
}

/** Settings with flash attention decided. */
export type DecidedSettings = Omit<LlamaCppSettings, "flashAttention"> & {
  readonly flashAttention: boolean;
  /** values are stored transposed: flash attention was off from the start, not found to be impossible */
  readonly valuesTransposed: boolean;
};

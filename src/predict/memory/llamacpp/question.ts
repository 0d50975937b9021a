import type { Device } from "../../../facts/hardware/index.ts";
import type { Geometry } from "../../../facts/model/index.ts";
import type {
  FoundBuild,
  LlamaCppBuild,
  LlamaCppCaller,
  LlamaCppSettings,
  LookUp,
  TensorOverride,
} from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";

/** Everything llama.cpp's memory depends on. */
export interface LlamaCppQuestion {
  readonly geometry: Geometry;
  /** the weights as stored */
  readonly tensors: readonly Tensor[];
  /** where their sizes are from; read in the file's header unless said */
  readonly weightsFrom?: "header" | "formula";
  readonly build: LlamaCppBuild;
  /** how far that build is known, as `llamaCppBuild` says it; absent: "known" */
  readonly standing?: FoundBuild["standing"];
  readonly caller: LlamaCppCaller;
  /** in the engine's order; none = processor only */
  readonly devices: readonly Device[];
  readonly settings: LlamaCppSettings;
  /** instruction sets of the host's processor: they decide which weights are rearranged */
  readonly cpuFeatures: readonly string[];
  /** the engine was built with a matrix library (BLAS) beside the CPU's own kernels */
  readonly matrixLibrary?: boolean;
  /** tokens drafted a step by speculative decoding (--spec-draft-n-max) */
  readonly draftTokens?: number;
  /** LoRA adapters, in the order they are given (--lora, --lora-scaled) */
  readonly adapters?: readonly Adapter[];
  /** what guesses them from the text so far, without a model (--spec-type ngram-simple and its like) */
  readonly lookUp?: LookUp;
  /** what drafts them, where that has a context of its own (--spec-type draft-mtp, draft-simple, draft-eagle3) */
  readonly draft?: Draft;
  /** the engine only measures and allocates nothing: what its own estimates and `--fit` are made of */
  readonly dryRun?: boolean;
}

/** Settings with flash attention decided. */
export type DecidedSettings = Omit<LlamaCppSettings, "flashAttention"> & {
  readonly flashAttention: boolean;
  /** values are stored transposed: flash attention was off from the start, not found to be impossible */
  readonly valuesTransposed: boolean;
};

/** A second context that drafts tokens, as long as the first and with as many sequences. */
export interface Draft {
  /** a model of its own (-md); absent: the block appended to the model itself (draft-mtp) */
  readonly model?: { readonly geometry: Geometry; readonly tensors: readonly Tensor[] };
  /** -ctkd, -ctvd; f16 unless told otherwise */
  readonly cacheTypeK?: LlamaCppSettings["cacheTypeK"];
  readonly cacheTypeV?: LlamaCppSettings["cacheTypeV"];
  /** -ngld, for a model of its own; all unless told otherwise */
  readonly gpuLayers?: LlamaCppSettings["gpuLayers"];
  /** -devd, for a model of its own; the target's unless told otherwise */
  readonly devices?: readonly string[];
  /** -otd and its like, for a model of its own */
  readonly tensorOverrides?: readonly TensorOverride[];
}

/** A LoRA adapter's file: pairs of tensors named after the model's. */
export interface Adapter {
  readonly tensors: readonly Tensor[];
  /** 0: loaded, not applied (--lora-init-without-apply); 1 unless told otherwise */
  readonly scale?: number;
}

import type { Pooling } from "../model/index.ts";

/** Types of the KV cache that llama.cpp accepts (-ctk, -ctv). */
export type CacheType = "f32" | "f16" | "bf16" | "q8_0" | "q5_1" | "q5_0" | "q4_1" | "q4_0" | "iq4_nl";

/** Ways to read a model file (--load-mode). */
export type LoadMode = "auto" | "none" | "mmap" | "mlock" | "mmap+mlock" | "dio";

/** One `-ot PATTERN=BUFFER`: tensors whose name matches go to that memory wherever their layer lies. */
export interface TensorOverride {
  /** regular expression, searched for anywhere in the name (ECMAScript) */
  readonly pattern: string;
  /** "CPU", or the engine's name of a device's memory: "CUDA0", "Vulkan1" */
  readonly buffer: string;
}

/** Settings of a llama.cpp context and of the placement of its model, in the engine's own terms. */
export interface LlamaCppSettings {
  /** cells asked for (-c), over all sequences; 0 = the trained length */
  readonly context: number;
  /** -np */
  readonly sequences: number;
  /** one stream shared by all sequences (-kvu), or a stream each */
  readonly unifiedCache: boolean;
  /** n_batch and n_ubatch (-b, -ub) */
  readonly batch: number;
  readonly microBatch: number;
  /** "auto": on where every layer's device can, as the engine finds out when it starts */
  readonly flashAttention: boolean | "auto";
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
  /** layers on devices, the output layer counts as one (-ngl); "all" = every layer and the output */
  readonly gpuLayers: number | "all";
  /** share of each device (-ts); absent: equal parts in truth files, free memory in the engine */
  readonly tensorSplit?: readonly number[];
  /** whole window cache instead of a rolling one (--swa-full) */
  readonly fullWindowCache?: boolean;
  /** how several devices share a model (-sm); "layer" unless told otherwise. "none" uses one device, `mainGpu` */
  readonly splitMode?: "none" | "layer" | "row" | "tensor";
  /** the device that `splitMode` "none" uses (-mg), counted in the devices' order; negative = none at all */
  readonly mainGpu?: number;
  /** devices to use, in this order, by the engine's names for them: "CUDA1", "Vulkan0" (-dev); empty = none; absent = all */
  readonly devices?: readonly string[];
  /** tensors told to a memory (-ot), first match wins; they come before the two that follow */
  readonly tensorOverrides?: readonly TensorOverride[];
  /** expert tensors of the first layers stay on the host (-ncmoe), or of all layers (-cmoe) */
  readonly expertLayersOnHost?: number | "all";
  /** dense feed-forward matrices of the first layers stay on the host (-ncffn) */
  readonly denseLayersOnHost?: number;
  /** load the file's blocks for multi-token prediction too, as a draft of them needs (--spec-type draft-mtp) */
  readonly appendedBlocks?: boolean;
  /** keep the cache on the host (--no-kv-offload) */
  readonly cacheOnHost?: boolean;
  /** copy host weights to the device for large batches (on unless --no-op-offload) */
  readonly opOffload?: boolean;
  /** embeddings are read, of every token or pooled to one a text (--embeddings, --reranking) */
  readonly embeddings?: boolean;
  /** how rows are pooled (--pooling); absent: as the model says */
  readonly pooling?: Pooling;
  /** recurrent states kept per sequence beside the current one, to go back when drafts are rejected (n_rs_seq) */
  readonly stateSnapshots?: number;
  /** false: as `loadMode` "none" (--no-mmap) */
  readonly memoryMap?: boolean;
  /** how the file is read (-lm); absent: as `memoryMap` says, "auto" without that. "mlock" alone reads into locked memory */
  readonly loadMode?: LoadMode;
  /** host weights in memory that a device copies from fast (on unless --no-host) */
  readonly pinnedHostWeights?: boolean;
  /** states a server keeps of a slot whose cache cannot be rolled back (--ctx-checkpoints); absent: the build's default */
  readonly contextCheckpoints?: number;
  /** MiB of RAM a server keeps prompts of idle slots in (-cram): 0 = none, -1 = no limit; absent: the build's default */
  readonly promptCacheMib?: number;
  /** rearrange weights for the processor's matrix kernels (on unless --no-repack) */
  readonly repack?: boolean;
}

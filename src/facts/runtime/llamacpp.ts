/** Types of the KV cache that llama.cpp accepts (-ctk, -ctv). */
export type CacheType = "f32" | "f16" | "bf16" | "q8_0" | "q5_1" | "q5_0" | "q4_1" | "q4_0" | "iq4_nl";

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
  /** the first layers' expert tensors stay on the host (-ncmoe) */
  readonly expertLayersOnHost?: number;
  /** load the file's blocks for multi-token prediction too, as a draft of them needs (--spec-type draft-mtp) */
  readonly appendedBlocks?: boolean;
  /** keep the cache on the host (--no-kv-offload) */
  readonly cacheOnHost?: boolean;
  /** copy host weights to the device for large batches (on unless --no-op-offload) */
  readonly opOffload?: boolean;
  /** recurrent states kept per sequence beside the current one, to go back when drafts are rejected (n_rs_seq) */
  readonly stateSnapshots?: number;
  readonly memoryMap?: boolean;
  /** rearrange weights for the processor's matrix kernels (on unless --no-repack) */
  readonly repack?: boolean;
}

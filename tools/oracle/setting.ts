import type { CacheType } from "../../src/facts/runtime/index.ts";

/** One question of the sweep, in llama.cpp's terms; what decides how the model is loaded stands in `load`. */
export interface Setting {
  readonly load: Load;
  /** cells over all sequences; 0 = the trained length */
  readonly context: number;
  readonly sequences: number;
  readonly unifiedCache: boolean;
  readonly batch: number;
  readonly microBatch: number;
  readonly flashAttention: boolean | "auto";
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
  readonly fullWindowCache: boolean;
  readonly cacheOnHost: boolean;
  readonly opOffload: boolean;
  /** states kept beside the current one, for recurrent layers */
  readonly stateSnapshots: number;
  /** tokens drafted a step by a server; absent: logits are kept for every row of a batch, as plain users of the library do */
  readonly draftTokens?: number;
}

/** Where the weights go. */
export interface Load {
  /** 0 = processor only */
  readonly devices: number;
  readonly gpuLayers: number | "all";
  /** absent: equal parts */
  readonly tensorSplit?: readonly number[];
  readonly expertLayersOnHost: number;
}

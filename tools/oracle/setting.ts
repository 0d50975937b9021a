import type { Pooling } from "../../src/facts/model/index.ts";
import type { CacheType, TensorOverride } from "../../src/facts/runtime/index.ts";

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
  /** what comes out are vectors of texts, pooled as said or as the model says */
  readonly embeddings?: true;
  readonly pooling?: Pooling;
}

/** Where the weights go. */
export interface Load {
  /** 0 = processor only */
  readonly devices: number;
  readonly gpuLayers: number | "all";
  /** absent: equal parts */
  readonly tensorSplit?: readonly number[];
  readonly expertLayersOnHost: number;
  /** which devices take part, in which order; absent: all */
  readonly order?: readonly number[];
  /** the one device that takes part, counted in their order (split mode none); negative: none does */
  readonly only?: number;
  /** devices' memories are called DEVICE0, DEVICE1, ... */
  readonly overrides?: readonly TensorOverride[];
  /** host weights in plain memory */
  readonly plainHostWeights?: true;
  /** blocks that predict further tokens are loaded too */
  readonly appendedBlocks?: true;
}

/** The devices that take part, in the engine's order. */
export function usedDevices({
  devices,
  order,
  only,
}: {
  devices: number;
  order?: readonly number[] | undefined;
  only?: number | undefined;
}): readonly number[] {
  const all = order ?? Array.from({ length: devices }, (_, index) => index);
  return only === undefined ? all : all.slice(only < 0 ? all.length : only, only < 0 ? undefined : only + 1);
}

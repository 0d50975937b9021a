import type { CacheType } from "../llamacpp.ts";

/** Tokens from this much graphics memory on, all cards together. */
export interface ContextTier {
  readonly fromBytes: number;
  readonly tokens: number;
}

/** What an Ollama does that decides memory, as far as its version decides it. */
export interface OllamaEra {
  readonly id: "own-engines" | "llama-server";
  /** for people: what runs the model */
  readonly title: string;
  /** first version it stands for */
  readonly since: readonly [major: number, minor: number, patch: number];
  /** build of llama.cpp inside, as `llamaCppBuild` takes it */
  readonly build: string;
  /** as its source names it */
  readonly buildName: string;
  /** architectures that its own engine runs; all others go to llama.cpp */
  readonly ownEngine: readonly string[];
  /** context of a model where nobody asks for one; the first that holds */
  readonly contextTiers: readonly ContextTier[];
  /** tokens of a step where nobody sets num_batch, by context; the first that holds */
  readonly batches: readonly { readonly aboveContext: number; readonly tokens: number }[];
  /** architectures that get one request at a time whatever OLLAMA_NUM_PARALLEL says */
  readonly oneAtATime: readonly string[];
  /** what OLLAMA_KV_CACHE_TYPE takes; one type for keys and values */
  readonly cacheTypes: readonly CacheType[];
  /** a quantized cache is dropped without an error unless OLLAMA_FLASH_ATTENTION=1 */
  readonly cacheTypeNeedsFlash: boolean;
  /** buffers that `ollama ps` counts of a model that llama.cpp runs on the processor */
  readonly psCounts: "weights and cache" | "every buffer";
  /** weights on the processor stay in the mapped file */
  readonly mapsOnProcessor: boolean;
  readonly source: string;
  /** whether it was run here, or only read */
  readonly evidence: "run" | "read";
}

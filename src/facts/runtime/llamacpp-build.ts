/** What a llama.cpp build does that decides the size of its buffers. Every fact was read in, or measured against, that build. */
export interface LlamaCppBuild {
  readonly id: string;
  /** how it names itself, and when it was current */
  readonly label: string;
  /** first day it stands for (ISO date): a build without a row of its own takes the latest row not after it */
  readonly since: string;
  /** build number from which the row holds; where its source has none, counted by date between b10488 (2026-08-21) and b11434 */
  readonly number: number;
  /** release, counted from 0.0.0 where there was none yet */
  readonly version: readonly [major: number, minor: number, patch: number];
  /** element type of the attention mask that the host fills for flash attention; F32 is turned into F16 on the device */
  readonly maskType: "f16" | "f32";
  /** an input for raw embeddings is reserved beside the one for tokens */
  readonly rawEmbeddingInput: boolean;
  /** cache rows are written where index inputs say, instead of through views */
  readonly cacheRowsByIndex: boolean;
  /** layers with a window have a cache of their own that holds the window only; without, it is as long as the others' */
  readonly windowCaches: boolean;
  /**
   * models with latent attention cache compressed keys alone ("instead"), keys and values of every head ("none"), or both, with the
   * compressed part once more transposed ("beside", an experiment of early 2025)
   */
  readonly latentCaches: "none" | "beside" | "instead";
  /** latent attention that is decompressed first: parts are copied before they are turned, turned as views, or turned as a whole */
  readonly decompressedHeads: "copied" | "viewed" | "whole";
  /** gate and up are multiplied by one operation, instead of an activation in the gate's place and a product */
  readonly fusedGate: boolean;
  /**
   * experts are chosen and their shares weighed before any of them works, within groups where the model has them, and a sum of shares is
   * kept from zero; without, shares are weighed when they are needed
   */
  readonly weighsExpertsFirst: boolean;
  /** the output matrix is the first to go to a device (-ngl 1), not the last */
  readonly offloadsOutputFirst: boolean;
  /** every sequence can have a stream of its own; without, all share one */
  readonly separateStreams: boolean;
  /** heads are rotated before they meet a quantised cache */
  readonly rotatesQuantizedCache: boolean;
  /** llama-server reserves logits for its slots only, instead of for every token of a batch */
  readonly serverLimitsOutputs: boolean;
  /** F16 copies of a quantised cache are part of CUDA's attention node, instead of taken from a pool at run time */
  readonly cudaReservesCacheCopies: boolean;
  /** batches that mix tokens and embeddings have an input path of their own, reserved for every model that may use it */
  readonly mixedBatchPath: boolean;
  /** the factor on Gemma's token embeddings is an input per row instead of a constant */
  readonly scaleRowsInput: boolean;
  /** distance of tensors in plain host memory (TENSOR_ALIGNMENT) */
  readonly hostAlignmentBytes: number;
  /** models with a draft head keep the last layer's result for every token, and pick the rows of logits behind it */
  readonly keepsHiddenRows: boolean;
  /** recurrent states of all sequences are gathered at once, instead of those of the batch and the others apart */
  readonly gathersStatesAtOnce: boolean;
  /** Mamba 2 layers project with the tokens of all sequences in one dimension, so that their result is no view */
  readonly mambaProjectsFlat: boolean;
  /** gated delta nets bring queries and keys to unit length by a norm and a factor, instead of an operation of its own */
  readonly unitLengthByNorm: boolean;
  /** a pipeline holds copies of graph inputs that no operation reads too */
  readonly copiesUnusedInputs: boolean;
  /** a split is ended when it has this many inputs; 0 = never */
  readonly splitInputLimit: number;
  /** flash attention runs on CUDA with keys and values of different types */
  readonly cudaMixedCacheTypes: boolean;
  /** what the CUDA back end keeps alive for fused expert kernels: operands of the weighted sum, and the choice of experts */
  readonly cudaExpertFusion: "none" | "sum" | "sum-and-choice";
  /** devices of other machines have events, so that they take part in a pipeline */
  readonly rpcPipelines: boolean;
  /** Metal's expert products keep partial largest values behind their lists */
  readonly metalLargestValues: boolean;
  /** `-fa auto` becomes "on" for a quantised value cache, instead of being tried */
  readonly quantizedValuesForceFlash: boolean;
  /** latent attention is refused with keys and values of different types, although it stores no values */
  readonly latentTypesAgree: boolean;
  /** slots of a server that is told none (`-np` auto) and whether they share one stream */
  readonly autoSlots: { readonly sequences: number; readonly unified: boolean };
  /** what a server keeps in RAM unless told otherwise: checkpoints of a slot (--ctx-checkpoints), MiB of prompts (-cram) */
  readonly serverKeeps: { readonly checkpoints: number; readonly promptCacheMib: number };
  /** blocks appended to draft tokens are loaded only where they are asked for */
  readonly draftLayersOnAsk: boolean;
  /** no architecture's main cache has cells for appended blocks */
  readonly cachesTrunkOnly: boolean;
  /**
   * chosen experts of Mistral 4 are asked to read single precision as it is in their last matrix, for which CUDA and Vulkan have no
   * kernel: the processor does it, from copies of the weights
   */
  readonly preciseExperts: boolean;
  /** models of linear attention reserve a micro-batch of a single sequence, too */
  readonly reservesOneSequence: boolean;
  /** state of the Vulkan back end's reordering */
  readonly vulkanOrder: "none" | "2026-09" | "2026-10";
  readonly source: string;
}

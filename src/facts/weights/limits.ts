/**
 * Limits of the readers: what a header may claim before it is called damaged. Each is several times the largest seen in
 * published files, so that no good file meets one and no bad file costs more than its own size.
 */
export const LIMITS = {
  /**
   * Bytes of one header. Largest known: vocabularies of 262,144 tokens with scores, types and a tokenizer JSON beside
   * them, about 40 MB (Gemma 3); a header without the JSON is 6 to 16 MB.
   */
  headerBytes: 512 * 2 ** 20,
  /** Tensors of one file. Largest known: Kimi K2 with unmerged experts, 61 layers x 384 experts x 3, about 70,300. */
  tensors: 2 ** 17,
  /** Metadata keys. Published models carry 20 to 80, merges with their sources listed some 200. */
  keys: 2 ** 14,
  /** Bytes of a key: the format's own limit, 2^16 - 1. */
  keyBytes: 2 ** 16 - 1,
  /** Bytes of a tensor name: the format's limit is 64, builds of ggml for image models raise it to 160. */
  tensorNameBytes: 255,
  /** Dimensions of a tensor: GGML_MAX_DIMS. */
  dimensions: 4,
  /** Arrays within arrays. The format allows any depth; llama.cpp and gguf-py write none below another. */
  nesting: 4,
  /** Elements of an array that is kept. The longest that geometry needs has one per layer, at most 512 (LLAMA_MAX_LAYERS). */
  keptElements: 1024,
  /** All kept elements together: ten such arrays and some, so that many short arrays cannot be piled up either. */
  keptElementsTotal: 2 ** 16,
  /** Bytes of a string that is kept. Chat templates reach 30 kB; whole tokenizers as JSON, 10 MB and more, are stepped over. */
  keptStringBytes: 2 ** 18,
  /** Alignment of tensor data: 32 by default; 2^20 and more would only pad. Page sizes reach 64 KiB. */
  alignment: 2 ** 20,
  /** Files of a split set. The largest published are about 60; the name holds five digits. */
  splitFiles: 4096,
  /** Bytes of a safetensors header: the format's own limit (`MAX_HEADER_SIZE` of the `safetensors` crate). */
  safetensorsHeaderBytes: 100_000_000,
  /** Tensors of a safetensors set. Largest known: Kimi K2 in packed integers, some 210,000 in 62 files. */
  safetensorsTensors: 2 ** 20,
  /** Dimensions of a safetensors tensor. Kernels over space and time have 5. */
  safetensorsDimensions: 8,
  /** Bytes of a tensor name. The longest known, of encoders within models, are below 150. */
  safetensorsNameBytes: 1024,
  /** Characters of an index of shards. Kimi K2 in packed integers: about 23 million. */
  indexCharacters: 2 ** 26,
  /** Values within values that are not read: the format has none. */
  safetensorsNesting: 16,
} as const;

/** Bytes asked for first, and at most at once. Small models' headers end within 2 MiB; steps double so that HTTP needs few. */
export const CHUNK_BYTES = { first: 2 ** 16, most: 2 ** 21 } as const;

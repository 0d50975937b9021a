/** A quantized checkpoint that its publisher's page lists, by the catalog's name of the model it was made from. */
export interface PublishedCheckpoint {
  /** id in the catalog of models */
  readonly model: string;
  /** of {@link SERVER_SCHEMES} */
  readonly scheme: string;
  readonly repository: string;
  /** decimal gigabytes of weights, from the counts the repository lists; absent: not known */
  readonly gigabytes?: number;
  /** what is packed, where it is not what the scheme's tool usually packs */
  readonly differs?: string;
  readonly source: string;
  readonly date: string;
}

const SOURCE = "parameter counts that Hugging Face lists for the repository, with the format's definition";
const DATE = "2026-11-22";

/** More exist: a row is here where its size is known. */
export const PUBLISHED_CHECKPOINTS: readonly PublishedCheckpoint[] = [
  seen("Qwen/Qwen3-8B", "nvfp4", "nvidia/Qwen3-8B-NVFP4", 6.4),
  seen("Qwen/Qwen3-14B", "nvfp4", "nvidia/Qwen3-14B-NVFP4", 10.54),
  seen("Qwen/Qwen3-32B", "nvfp4", "nvidia/Qwen3-32B-NVFP4", 20.67),
  seen("Qwen/Qwen3-30B-A3B", "nvfp4", "nvidia/Qwen3-30B-A3B-NVFP4", 18.09),
  seen("google/gemma-4-31B-it", "nvfp4-ffn", "nvidia/Gemma-4-31B-IT-NVFP4", 32.63),
  {
    ...seen("google/gemma-4-26B-A4B-it", "nvfp4-ffn", "nvidia/Gemma-4-26B-A4B-NVFP4", 18.78),
    differs: "experts alone: the dense feed-forward beside them stays in 16 bit",
  },
  seen("MiniMaxAI/MiniMax-M2.7", "nvfp4-ffn", "nvidia/MiniMax-M2.7-NVFP4", 134.4),
  {
    ...seen("Qwen/Qwen3.6-27B", "nvfp4-ffn", "nvidia/Qwen3.6-27B-NVFP4"),
    differs: "mixed: linear attention FP8, feed-forward W4A16, so that its size is the header's alone to say",
  },
];

function seen(model: string, scheme: string, repository: string, gigabytes?: number): PublishedCheckpoint {
  return { model, scheme, repository, ...(gigabytes === undefined ? {} : { gigabytes }), source: SOURCE, date: DATE };
}

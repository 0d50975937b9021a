/**
 * What a model is, layer by layer: everything memory and speed need, nothing of how its weights are stored. One type for
 * all architectures; GGUF metadata, `config.json` and catalog rows all become this. Lengths are elements, counts are counts.
 */
export interface Geometry {
  /** the engine's architecture name: GGUF `general.architecture` ("llama", "gemma3", "qwen3moe", ...) */
  readonly architecture: string;
  readonly name?: string;
  /** width of the residual stream (n_embd) */
  readonly embeddingLength: number;
  readonly vocabularySize: number;
  /** context the model was trained for (n_ctx_train) */
  readonly contextLength: number;
  /** the output matrix is the token embedding: no tensor of its own */
  readonly tiedEmbeddings: boolean;
  /** rows of per-layer input embeddings (Gemma 3n and 4 edge models), 0 elsewhere */
  readonly perLayerEmbeddingLength?: number;
  /** trunk layers first, then appended multi-token-prediction blocks */
  readonly layers: readonly Layer[];
  /** positions per token: 4 for M-RoPE, else 1 */
  readonly positionsPerToken?: number;
  /** slices of an image embedding added after the first layers (Qwen3-VL deepstack), 0 elsewhere */
  readonly deepstackLayers?: number;
  /** so many residual streams, of which every half of a layer reads a mix and into which it writes (GLM 5.3) */
  readonly residualStreams?: number;
  /** every so many layers one's input is kept, and later layers read a mix of what was kept (Kimi K3) */
  readonly residualBlock?: number;
  /** queries are multiplied by a factor for every position (Mistral 3, long contexts) */
  readonly queryTemperature?: true;
  /** how a text's rows become one vector or a score, where the model says it (`pooling_type`) */
  readonly pooling?: Pooling;
  /** tokens see those behind them too (`attention.causal` false): a text has to be read in one micro-batch */
  readonly bidirectional?: true;
  /** the engine keeps no cache for the architecture: every text is read once, whole */
  readonly cacheless?: true;
  /** kinds of segments that tokens are told apart by (BERT), 0 elsewhere */
  readonly tokenTypes?: number;
  /** what scores a text with `rank` pooling: numbers given, and whether a matrix as wide as the model comes before */
  readonly classifier?: Classifier;
  /** what a head that drafts for another model reads of it (EAGLE-3) */
  readonly draftHead?: DraftHead;
  readonly vision?: EncoderPart;
  readonly audio?: EncoderPart;
}

export interface DraftHead {
  /** layers of the model whose inputs it reads; as many as the model has layers: the last one's result */
  readonly targetLayers: readonly number[];
  /** width of the model */
  readonly targetLength: number;
  /** tokens it can guess, each mapped to one of the model's (`d2t`); absent: all */
  readonly guessed?: number;
  /** the normed state goes around attention, not the state itself (`norm_before_residual`) */
  readonly normedResidual?: true;
}

/** None: a vector a token. Mean, the first token (`cls`), the last: a vector a text. Rank: a score a text. */
export type Pooling = "none" | "mean" | "cls" | "last" | "rank";

export interface Classifier {
  readonly labels: number;
  readonly dense?: true;
}

export interface Layer {
  readonly kind: "trunk" | "mtp";
  readonly mixer: Mixer;
  readonly feedForward: FeedForward;
}

/** How a layer mixes tokens. A layer may have attention and a recurrent part side by side (Falcon-H1): `parallel`. */
export type Mixer = Attention | LatentAttention | Recurrent | Convolution | ParallelMixer | { readonly kind: "none" };

export interface Attention {
  readonly kind: "attention";
  readonly span: "full" | "sliding" | "chunked";
  /** tokens a sliding or chunked layer sees (n_swa); absent for full */
  readonly window?: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** elements of one head's key and value */
  readonly keyLength: number;
  readonly valueLength: number;
  /** layer whose cache this one reads instead of owning one (Gemma 3n, 4) */
  readonly cacheFrom?: number;
  /** what picks the blocks of tokens that attention looks at (MiniMax M3) */
  readonly blocks?: BlockIndexer;
  /** false where the layer has no position encoding (Cohere 2, SmolLM3, Llama 4 full layers) */
  readonly rope?: boolean;
}

/** Multi-head latent attention: the cache holds one compressed key per token, the value is a view of it. */
export interface LatentAttention {
  readonly kind: "mla";
  readonly heads: number;
  /** kv_lora_rank and the rotary part: cache width is their sum */
  readonly latentLength: number;
  readonly ropeLength: number;
  /** key and value lengths of a head after decompression */
  readonly keyLength: number;
  readonly valueLength: number;
  /** q_lora_rank, 0 when queries are not compressed */
  readonly queryLatentLength: number;
  /** what picks the tokens that attention looks at (DeepSeek 3.2); layers without one that have one before them share its choice */
  readonly indexer?: Indexer;
}

/** One head for each key-value head of the layer's attention. */
export interface BlockIndexer {
  readonly heads: number;
  /** elements of a head, and of the one key a token that is kept beside the cache */
  readonly length: number;
  /** blocks picked at most, and tokens of one */
  readonly picks: number;
  readonly size: number;
}

export interface Indexer {
  readonly heads: number;
  /** elements of a head, and of the one key a token that is kept beside the cache */
  readonly length: number;
  /** tokens picked at most */
  readonly picks: number;
  /** tokens are picked by so many at once (GLM 5.3): beside every key lie what weighs it in its pool, and the pool's */
  readonly pool?: number;
}

/** Linear attention or a state space: state independent of context, F32. */
export interface Recurrent {
  readonly kind: "recurrent";
  readonly family: "mamba" | "mamba2" | "gated-delta-net" | "kda" | "rwkv6" | "rwkv7" | "lightning";
  /** elements of the convolution or token-shift state (n_embd_r) */
  readonly convolutionState: number;
  /** elements of the recurrent state (n_embd_s) */
  readonly recurrentState: number;
  readonly convolutionKernel: number;
  readonly innerLength: number;
  readonly stateLength: number;
  readonly groups: number;
  /** value heads (ssm_dt_rank) */
  readonly valueHeads: number;
}

/** Short convolution with a small state (LFM2). */
export interface Convolution {
  readonly kind: "convolution";
  readonly kernel: number;
  readonly convolutionState: number;
}

export interface ParallelMixer {
  readonly kind: "parallel";
  readonly attention: Attention;
  readonly recurrent: Recurrent;
}

export type FeedForward = DenseFeedForward | ExpertFeedForward | { readonly kind: "none" };

export interface DenseFeedForward {
  readonly kind: "dense";
  readonly length: number;
  /** gate and up matrices (SwiGLU, GeGLU) against up only */
  readonly gated: boolean;
}

export interface ExpertFeedForward {
  readonly kind: "experts";
  readonly experts: number;
  readonly expertsUsed: number;
  readonly expertLength: number;
  /** width of the shared experts together, 0 without */
  readonly sharedLength: number;
  /** width of a dense feed-forward beside the experts (Gemma 4), 0 without */
  readonly denseSideLength: number;
  /** how experts' chances come about, where the file says it (`expert_gating_func`) */
  readonly gating?: "softmax" | "sigmoid" | "softmax-of-chosen";
  /** weights of the chosen are made to sum to one, where the file says it (`expert_weights_norm`) */
  readonly normalized?: boolean;
  /** weights of the chosen are multiplied by a constant (`expert_weights_scale`) */
  readonly scaled?: true;
  readonly expertGroups?: number;
  readonly expertGroupsUsed?: number;
  /** experts work on a stream of this width, with a matrix into it and one back (Nemotron 3 Super) */
  readonly latentLength?: number;
}

/** A vision or audio encoder that comes in a projector file. */
export interface EncoderPart {
  readonly layers: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
  readonly patchSize?: number;
  readonly imageSize?: number;
}

/**
 * What the tensors of an architecture's layers are, beyond the matrices of attention and feed-forward that all have: norms,
 * biases, and which matrices are one. Source: `load_arch_tensors` in `src/models/*.cpp` of llama.cpp b11434.
 */
export interface TensorRow {
  /**
   * norm of queries and of keys: of one head, or of all heads together; or of each head by itself, in models of 64 layers and more
   */
  readonly queryKeyNorm?: "head" | "heads" | "each of 64 layers";
  /** norms as wide as the residual stream; `attn_norm` and `ffn_norm` unless said */
  readonly norms?: readonly string[];
  /** matrices with a bias, by the part of the name before ".bias"; norms too, for those that also shift */
  readonly biases?: readonly string[];
  /** queries, keys and values in one matrix */
  readonly fusedAttention?: true;
  /** gate and up in one matrix, called "ffn_up" */
  readonly fusedGate?: true;
  /** one number a head beside the scores, in which layers */
  readonly sinks?: "all" | "windowed";
  /** one bias an expert, added when experts are chosen; "bare": its name has nothing behind it */
  readonly expertBias?: true | "bare";
  /** the shared expert is weighed by a gate of its own */
  readonly sharedGate?: true;
  /** matrix that gates attention's result: each element, or each head */
  readonly attentionGate?: "elements" | "heads";
  /** queries come with a gate as wide in the same matrix */
  readonly queryGate?: true;
  /** full layers use the key as value (Gemma 4, but not its models with per-layer embeddings) */
  readonly valueIsKey?: true;
  /** experts without a gate; gate and up of all experts in one tensor */
  readonly plainExperts?: true;
  readonly fusedExperts?: true;
  /** more norms of layers with experts, and scales of router and experts */
  readonly expertNorms?: readonly string[];
  readonly expertScales?: true;
  /** one number that scales a layer's output */
  readonly layerScale?: true;
  /** inputs of a delta net's decay and strength in one matrix or two */
  readonly betaAlpha?: "one" | "two";
  /** a layer that mixes no tokens has no norm before that */
  readonly normsOfMixers?: true;
  /** false: the state space's result is not normalised */
  readonly stateNorm?: false;
  /** blocks for multi-token prediction may be appended: with an embedding and an output of their own, or the model's */
  readonly appended?: "plain" | "with head";
  /** the norm before the feed-forward part has nothing behind its name */
  readonly bareFeedForwardNorm?: true;
  /** "output_norm" unless said */
  readonly outputNorm?: string;
  /** several residual streams that take turns, as many as said, and a second small path of this rank beside attention */
  readonly streams?: { readonly count: number; readonly rank: number };
  /** decay and output gate of Kimi's delta attention come from one matrix each, not two small ones */
  readonly wholeGates?: true;
  /** the same of the output gate alone */
  readonly wholeOutputGate?: true;
  /** factors of that decay are a plain row */
  readonly plainDecayFactors?: true;
  /** what weighs the inputs of earlier layers, before each half of a layer and before the output */
  readonly residualScores?: true;
  /** the matrices into the experts' narrower stream and back are called "routed", and a norm stands between (Kimi K3) */
  readonly narrowedExperts?: true;
  /** norms after each inner part, as wide as its input (BitNet) */
  readonly innerNorms?: true;
  /** what an encoder has besides: no matrix that gives logits, and where said, these */
  readonly encoder?: EncoderTensors;
}

export interface EncoderTensors {
  /** a vector for every position */
  readonly positions?: true;
  /** embeddings are normed, with a shift or without */
  readonly embeddingNorm?: "shifted" | "plain";
  /** false: layers end with a norm, and none comes behind them */
  readonly outputNorm?: false;
  /** false: the first layer begins without a norm, because embeddings are normed already */
  readonly firstNorm?: false;
}

const AROUND = ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] as const;
const AFTER = ["post_attention_norm", "post_ffw_norm"] as const;
const POST = ["attn_norm", "post_attention_norm"] as const;
const QKV = ["attn_q", "attn_k", "attn_v"] as const;
const NORM_BIASES = ["attn_norm", "ffn_norm", "output_norm"] as const;

const BEHIND = ["attn_output_norm", "layer_output_norm"] as const;
const SHIFTED = { embeddingNorm: "shifted", outputNorm: false } as const;

/** Architectures whose tensors are written down. */
export const TENSOR_ROWS: Readonly<Record<string, TensorRow>> = {
  afmoe: { norms: AROUND, queryKeyNorm: "head", attentionGate: "elements", expertBias: true },
  apertus: { queryKeyNorm: "head" },
  arcee: {},
  bailingmoe: {},
  bailingmoe2: { queryKeyNorm: "head", fusedAttention: true, expertBias: true },
  bailingmoe3: { expertBias: true, attentionGate: "heads", wholeGates: true, appended: "plain" },
  bert: {
    norms: BEHIND,
    biases: [...QKV, "attn_output", "ffn_up", "ffn_down", ...BEHIND],
    encoder: { ...SHIFTED, positions: true },
  },
  bitnet: { innerNorms: true },
  chatglm: { biases: ["attn_qkv"], fusedAttention: true, fusedGate: true },
  cohere2moe: { norms: ["attn_norm"] },
  cohere2: { norms: ["attn_norm"] },
  "command-r": { norms: ["attn_norm"], queryKeyNorm: "each of 64 layers" },
  deci: { normsOfMixers: true },
  deepseek2: { expertBias: true, appended: "with head" },
  deepseek32: { expertBias: true, appended: "with head" },
  dots1: { queryKeyNorm: "head", expertBias: true },
  ernie4_5: {},
  "ernie4_5-moe": { expertBias: true },
  eurobert: { encoder: {} },
  exaone: {},
  "exaone-moe": { queryKeyNorm: "head", expertBias: true, appended: "plain" },
  exaone4: { norms: AFTER, queryKeyNorm: "head" },
  "falcon-h1": { stateNorm: false, bareFeedForwardNorm: true },
  gemma: {},
  "gemma-embedding": { norms: AROUND, queryKeyNorm: "head" },
  gemma2: { norms: AROUND },
  gemma3: { norms: AROUND, queryKeyNorm: "head" },
  gemma3n: { norms: AROUND, queryKeyNorm: "head", streams: { count: 4, rank: 64 } },
  gemma4: {
    norms: AROUND,
    queryKeyNorm: "head",
    valueIsKey: true,
    fusedExperts: true,
    expertNorms: ["pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"],
    expertScales: true,
    layerScale: true,
  },
  "glm5-next": { expertBias: true, plainDecayFactors: true },
  "glm-dsa": { expertBias: true, appended: "plain" },
  glm4: { norms: AROUND, fusedGate: true },
  glm4moe: { norms: POST, biases: QKV, expertBias: true, appended: "with head" },
  "gpt-oss": {
    norms: POST,
    biases: [...QKV, "attn_output", "ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"],
    sinks: "all",
  },
  granite: {},
  granitehybrid: {},
  granitemoe: {},
  "hunyuan-dense": { queryKeyNorm: "head" },
  "hunyuan-moe": { queryKeyNorm: "head" },
  hy_v3: { queryKeyNorm: "head", expertBias: "bare", appended: "plain" },
  internlm2: {},
  jamba: {},
  "jina-bert-v2": {
    norms: BEHIND,
    biases: [...QKV, "attn_output", "ffn_down", ...BEHIND],
    fusedGate: true,
    encoder: SHIFTED,
  },
  "jina-bert-v3": {
    norms: BEHIND,
    biases: ["attn_qkv", "attn_output", "ffn_up", "ffn_down", ...BEHIND],
    fusedAttention: true,
    encoder: SHIFTED,
  },
  "kimi-k3": {
    expertBias: true,
    attentionGate: "elements",
    residualScores: true,
    wholeOutputGate: true,
    plainDecayFactors: true,
    narrowedExperts: true,
  },
  "kimi-linear": { expertBias: true },
  laguna: { queryKeyNorm: "head", attentionGate: "heads", expertBias: true },
  lfm2: { queryKeyNorm: "head", outputNorm: "token_embd_norm" },
  lfm2moe: { queryKeyNorm: "head", outputNorm: "token_embd_norm", expertBias: true },
  llama: {},
  "llama-embed": {},
  llama4: {},
  mimo2: { sinks: "windowed", expertBias: true },
  minicpm: {},
  "minimax-01": {},
  "minimax-m3": { queryKeyNorm: "head", expertBias: true },
  "minimax-m2": { queryKeyNorm: "heads", expertBias: true },
  mistral3: {},
  mistral4: {},
  "modern-bert": {
    fusedAttention: true,
    fusedGate: true,
    encoder: { embeddingNorm: "plain", firstNorm: false },
  },
  "muse-glimmer": { norms: AROUND, queryKeyNorm: "head", attentionGate: "elements" },
  nemotron: { biases: NORM_BIASES },
  nemotron_h: { norms: ["attn_norm"] },
  nemotron_h_moe: { norms: ["attn_norm"], plainExperts: true, expertBias: true },
  "neo-bert": { fusedAttention: true, fusedGate: true, outputNorm: "enc.output_norm", encoder: {} },
  "nomic-bert": { norms: BEHIND, biases: BEHIND, fusedAttention: true, encoder: SHIFTED },
  "nomic-bert-moe": {
    norms: BEHIND,
    biases: ["attn_qkv", "attn_output", "ffn_up", "ffn_down", ...BEHIND],
    fusedAttention: true,
    plainExperts: true,
    encoder: SHIFTED,
  },
  olmo2: { norms: AFTER, queryKeyNorm: "heads" },
  olmoe: { queryKeyNorm: "heads" },
  phi2: {
    norms: ["attn_norm"],
    biases: [...QKV, "attn_output", "ffn_up", "ffn_down", "attn_norm", "output_norm", "output"],
  },
  phi3: { fusedAttention: true, fusedGate: true },
  phimoe: { biases: [...QKV, "attn_output", ...NORM_BIASES, "output"] },
  qwen2: { biases: QKV },
  qwen2moe: { biases: QKV, sharedGate: true },
  qwen2vl: { biases: QKV },
  qwen3: { queryKeyNorm: "head" },
  qwen35: { norms: POST, queryKeyNorm: "head", queryGate: true, appended: "plain" },
  qwen35moe: { norms: POST, queryKeyNorm: "head", queryGate: true, sharedGate: true, appended: "plain" },
  qwen3moe: { queryKeyNorm: "head" },
  qwen3next: {
    norms: POST,
    queryKeyNorm: "head",
    queryGate: true,
    sharedGate: true,
    betaAlpha: "one",
    appended: "plain",
  },
  qwen3vl: { queryKeyNorm: "head" },
  qwen3vlmoe: { queryKeyNorm: "head" },
  seed_oss: { norms: POST, biases: QKV },
  smollm3: {},
  step35: { queryKeyNorm: "head", attentionGate: "heads", expertBias: true },
  stablelm: { biases: [...QKV, ...NORM_BIASES] },
  starcoder2: { biases: [...QKV, "attn_output", "ffn_up", "ffn_down", ...NORM_BIASES] },
};

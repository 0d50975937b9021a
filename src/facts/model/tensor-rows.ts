/**
 * What the tensors of an architecture's layers are, beyond the matrices of attention and feed-forward that all have: norms,
 * biases, and which matrices are one. Source: `load_arch_tensors` in `src/models/*.cpp` of llama.cpp b11434.
 */
export interface TensorRow {
  /** norm of queries and of keys: of one head, of all heads together, or of each head its own */
  readonly queryKeyNorm?: "head" | "heads" | "each";
  /** norms as wide as the residual stream; `attn_norm` and `ffn_norm` unless said */
  readonly norms?: readonly string[];
  /** matrices with a bias, by the part of the name before ".bias"; norms too, for those that also shift */
  readonly biases?: readonly string[];
  /** queries, keys and values in one matrix */
  readonly fusedAttention?: true;
  /** gate and up in one matrix, called "ffn_up" */
  readonly fusedGate?: true;
  /** one number a head beside the scores */
  readonly sinks?: true;
  /** one bias an expert, added when experts are chosen */
  readonly expertBias?: true;
  /** the shared expert is weighed by a gate of its own */
  readonly sharedGate?: true;
  /** matrix that gates attention's result, as wide as all heads */
  readonly attentionGate?: true;
  /** norms after each inner part, as wide as its input (BitNet) */
  readonly innerNorms?: true;
}

const AROUND = ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] as const;
const AFTER = ["post_attention_norm", "post_ffw_norm"] as const;
const POST = ["attn_norm", "post_attention_norm"] as const;
const QKV = ["attn_q", "attn_k", "attn_v"] as const;
const NORM_BIASES = ["attn_norm", "ffn_norm", "output_norm"] as const;

/** Architectures whose layers are attention and a feed-forward part, dense or of experts. */
export const TENSOR_ROWS: Readonly<Record<string, TensorRow>> = {
  afmoe: { norms: AROUND, queryKeyNorm: "head", attentionGate: true, expertBias: true },
  arcee: {},
  bailingmoe: {},
  bailingmoe2: { queryKeyNorm: "head", fusedAttention: true, expertBias: true },
  bitnet: { innerNorms: true },
  cohere2: { norms: ["attn_norm"] },
  "command-r": { norms: ["attn_norm"] },
  dots1: { queryKeyNorm: "head", expertBias: true },
  ernie4_5: {},
  "ernie4_5-moe": { expertBias: true },
  exaone: {},
  exaone4: { norms: AFTER, queryKeyNorm: "head" },
  gemma: {},
  gemma2: { norms: AROUND },
  gemma3: { norms: AROUND, queryKeyNorm: "head" },
  glm4: { norms: AROUND, fusedGate: true },
  glm4moe: { norms: POST, biases: QKV, expertBias: true },
  "gpt-oss": {
    norms: POST,
    biases: [...QKV, "attn_output", "ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"],
    sinks: true,
  },
  granite: {},
  granitemoe: {},
  "hunyuan-dense": { queryKeyNorm: "head" },
  "hunyuan-moe": { queryKeyNorm: "head" },
  internlm2: {},
  llama: {},
  minicpm: {},
  "minimax-m2": { queryKeyNorm: "heads", expertBias: true },
  mistral3: {},
  nemotron: { biases: NORM_BIASES },
  olmo2: { norms: AFTER, queryKeyNorm: "heads" },
  olmoe: { queryKeyNorm: "heads" },
  phi3: { fusedAttention: true, fusedGate: true },
  phimoe: { biases: [...QKV, "attn_output", ...NORM_BIASES, "output"] },
  qwen2: { biases: QKV },
  qwen2moe: { biases: QKV, sharedGate: true },
  qwen2vl: { biases: QKV },
  qwen3: { queryKeyNorm: "head" },
  qwen3moe: { queryKeyNorm: "head" },
  qwen3vl: { queryKeyNorm: "head" },
  qwen3vlmoe: { queryKeyNorm: "head" },
  seed_oss: { norms: POST, biases: QKV },
  smollm3: {},
  stablelm: { biases: [...QKV, ...NORM_BIASES] },
  starcoder2: { biases: [...QKV, "attn_output", "ffn_up", "ffn_down", ...NORM_BIASES] },
};

/**
 * What a configuration leaves to its reader: which architecture its model type is to the engine, and what the publishers'
 * own code takes for keys that are absent. Sources: the registrations in `conversion/*.py` of llama.cpp b11434, and the
 * configuration classes of transformers 5.24 (`models/*\/configuration_*.py`).
 */
export interface ModelType {
  /** GGUF `general.architecture` */
  readonly architecture: string;
  /** its name where layers have experts */
  readonly withExperts?: string;
  /** its name where no layer is recurrent */
  readonly withoutRecurrent?: string;
  /** what stands in for absent keys */
  readonly defaults?: Readonly<Record<string, number | boolean>>;
  /** every layer has attention and a recurrent part side by side */
  readonly parallel?: true;
  /** layers are recurrent, all of them, and have nothing else */
  readonly recurrentOnly?: true;
  /** latent attention that caches whole keys and values */
  readonly wholeCache?: true;
  /** `head_dim` and its like are those of window layers; `global_` stands before those of the others */
  readonly globalLengths?: true;
  /** shared experts are as wide as the others, whatever else is said */
  readonly sharedAsExperts?: true;
  /** key of dense layers' length where it is not the usual */
  readonly denseLength?: string;
}

const tied = { tie_word_embeddings: true } as const;
const gemma = { ...tied, head_dim: 256 } as const;
const gemma4: ModelType = {
  architecture: "gemma4",
  globalLengths: true,
  defaults: { ...gemma, global_head_dim: 512, hidden_size_per_layer_input: 256 },
};
const kimi: ModelType = { architecture: "deepseek2" };
const delta = { linear_conv_kernel_dim: 4, linear_key_head_dim: 128, linear_value_head_dim: 128 } as const;
const linear35 = { ...delta, head_dim: 256, linear_num_key_heads: 16, linear_num_value_heads: 32 } as const;

/** By class name or by `model_type`; a text model's type may end in "_text". Class names are only here where the type is shared. */
export const MODEL_TYPES: Readonly<Record<string, ModelType>> = {
  BailingMoeV2ForCausalLM: { architecture: "bailingmoe2" },
  BailingMoeV3ForCausalLM: { architecture: "bailingmoe3" },
  KimiK3ForConditionalGeneration: { architecture: "kimi-k3" },

  afmoe: { architecture: "afmoe", defaults: { head_dim: 128 } },
  apertus: { architecture: "apertus" },
  arcee: { architecture: "arcee" },
  bailing_moe: { architecture: "bailingmoe" },
  bailing_moe_v2: { architecture: "bailingmoe2" },
  bamba: { architecture: "granitehybrid" },
  bitnet: { architecture: "bitnet" },
  chatglm: { architecture: "chatglm" },
  cohere: { architecture: "command-r", defaults: tied },
  cohere2: { architecture: "cohere2", defaults: tied },
  cohere2_moe: { architecture: "cohere2moe", defaults: { ...tied, head_dim: 128 } },
  deepseek: { architecture: "deepseek" },
  deepseek_v2: { architecture: "deepseek2" },
  deepseek_v3: { architecture: "deepseek2" },
  deepseek_v32: { architecture: "deepseek32" },
  dots1: { architecture: "dots1" },
  ernie4_5: { architecture: "ernie4_5", defaults: { ...tied, head_dim: 128 } },
  ernie4_5_moe: { architecture: "ernie4_5-moe", defaults: tied },
  exaone: { architecture: "exaone" },
  exaone4: { architecture: "exaone4" },
  exaone_moe: { architecture: "exaone-moe" },
  falcon_h1: { architecture: "falcon-h1", parallel: true },
  falcon_mamba: { architecture: "mamba", recurrentOnly: true, defaults: tied },
  gemma: { architecture: "gemma", defaults: gemma },
  gemma2: { architecture: "gemma2", defaults: gemma },
  gemma3: { architecture: "gemma3", defaults: gemma },
  gemma3n: { architecture: "gemma3n", defaults: { ...gemma, hidden_size_per_layer_input: 256 } },
  gemma4,
  gemma4_unified: gemma4,
  glm: { architecture: "chatglm", defaults: { head_dim: 128 } },
  glm4: { architecture: "glm4", defaults: { head_dim: 128 } },
  glm4v: { architecture: "glm4" },
  glm4_moe: { architecture: "glm4moe" },
  glm4v_moe: { architecture: "glm4moe" },
  glm4_moe_lite: { architecture: "deepseek2" },
  glm5_next: { architecture: "glm5-next" },
  glm_moe_dsa: { architecture: "glm-dsa" },
  gpt_oss: { architecture: "gpt-oss", defaults: { head_dim: 64 } },
  granite: { architecture: "granite" },
  granitemoe: { architecture: "granitemoe" },
  granitemoehybrid: {
    architecture: "granitehybrid",
    withoutRecurrent: "granite",
    denseLength: "shared_intermediate_size",
  },
  hunyuan_v1_dense: { architecture: "hunyuan-dense" },
  hunyuan_v1_moe: { architecture: "hunyuan-moe" },
  hunyuan: { architecture: "hunyuan-moe" },
  hy_v3: { architecture: "hy_v3", defaults: { head_dim: 128 } },
  internlm2: { architecture: "internlm2" },
  internlm3: { architecture: "llama", defaults: { head_dim: 128 } },
  jamba: { architecture: "jamba" },
  kimi_k2: kimi,
  kimi_linear: { architecture: "kimi-linear" },
  laguna: { architecture: "laguna", defaults: { head_dim: 128 } },
  lfm2: { architecture: "lfm2", defaults: tied },
  lfm2_moe: { architecture: "lfm2moe", defaults: { ...tied, num_dense_layers: 2 } },
  llama: { architecture: "llama" },
  llama4: {
    architecture: "llama4",
    sharedAsExperts: true,
    denseLength: "intermediate_size_mlp",
    defaults: { head_dim: 128 },
  },
  mamba: { architecture: "mamba", recurrentOnly: true, defaults: tied },
  mamba2: { architecture: "mamba2", recurrentOnly: true },
  mimo: { architecture: "qwen2" },
  mimo_v2_flash: { architecture: "mimo2", defaults: { head_dim: 192 } },
  minicpm: { architecture: "minicpm", defaults: tied },
  minicpm3: { architecture: "minicpm3", wholeCache: true, defaults: tied },
  minicpmv: { architecture: "qwen3" },
  minimax_m1: { architecture: "minimax-01" },
  minimax_text_01: { architecture: "minimax-01" },
  minimax: { architecture: "minimax-01" },
  minimax_m3: { architecture: "minimax-m3", denseLength: "dense_intermediate_size", defaults: { head_dim: 128 } },
  minimax_m2: { architecture: "minimax-m2", defaults: { head_dim: 128 } },
  ministral: { architecture: "llama" },
  ministral3: { architecture: "mistral3", defaults: { head_dim: 128 } },
  mistral: { architecture: "llama" },
  mistral3: { architecture: "mistral3" },
  mistral4: { architecture: "mistral4" },
  mixtral: { architecture: "llama" },
  muse_glimmer: { architecture: "muse-glimmer", defaults: { head_dim: 128 } },
  nemotron: { architecture: "nemotron" },
  "nemotron-nas": { architecture: "deci" },
  nemotron_h: { architecture: "nemotron_h", withExperts: "nemotron_h_moe", defaults: { head_dim: 128 } },
  olmo2: { architecture: "olmo2" },
  olmo3: { architecture: "olmo2" },
  olmoe: { architecture: "olmoe" },
  phi: { architecture: "phi2" },
  phi3: { architecture: "phi3" },
  phimoe: { architecture: "phimoe" },
  pixtral: { architecture: "llama" },
  qwen2: { architecture: "qwen2" },
  qwen2_moe: { architecture: "qwen2moe" },
  qwen2_vl: { architecture: "qwen2vl" },
  qwen2_5_vl: { architecture: "qwen2vl" },
  qwen3: { architecture: "qwen3", defaults: { head_dim: 128 } },
  qwen3_moe: { architecture: "qwen3moe" },
  qwen3_next: { architecture: "qwen3next", defaults: { ...linear35, full_attention_interval: 4 } },
  qwen3_5: { architecture: "qwen35", defaults: { ...linear35, full_attention_interval: 4 } },
  qwen3_5_moe: { architecture: "qwen35moe", defaults: { ...linear35, full_attention_interval: 4 } },
  qwen3_vl: { architecture: "qwen3vl", defaults: { head_dim: 128 } },
  qwen3_vl_moe: { architecture: "qwen3vlmoe" },
  seed_oss: { architecture: "seed_oss", defaults: { head_dim: 128 } },
  smollm3: { architecture: "smollm3", defaults: tied },
  solar_open: { architecture: "glm4moe", defaults: { head_dim: 128 } },
  stablelm: { architecture: "stablelm" },
  starcoder2: { architecture: "starcoder2", defaults: tied },
  step3p5: { architecture: "step35" },
  step3p7: { architecture: "step35", defaults: { head_dim: 128 } },
};

/** Keys of what a geometry cannot say, where their value is not zero or empty. */
export const BEYOND: Readonly<Record<string, string>> = {
  block_configs: "layers of differing parts",
  compress_ratios: "compressed attention",
  cross_attention_layers: "cross-attention to images",
  engram_layers: "lookup memory in layers",
  ngram_vocab_size_ratio: "an n-gram embedding",
};

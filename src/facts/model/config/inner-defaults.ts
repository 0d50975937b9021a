type Defaults = Readonly<Record<string, number | boolean>>;

/**
 * A text model described within another's configuration is written without what equals its class's defaults, so that LLaVA
 * says little more of its Llama than "model_type". (On its own, a model's configuration says all of it.)
 * Source: class attributes in `models/*\/configuration_*.py` of transformers 5.24.
 */
export const INNER_DEFAULTS: Readonly<Record<string, Defaults>> = {
  gemma: decoder([28, 3072, 24_576], [16, 16], 256_000, 8192),
  gemma2: decoder([26, 2304, 9216], [8, 4], 256_000, 8192),
  gemma3: { ...decoder([26, 2304, 9216], [8, 4], 262_208, 131_072), sliding_window: 4096 },
  gemma3n: { ...decoder([35, 2048, 16_384], [8, 2], 262_400, 32_768), sliding_window: 512, num_kv_shared_layers: 15 },
  gemma4: { ...decoder([30, 2304, 9216], [8, 4], 262_144, 131_072), sliding_window: 512 },
  llama: decoder([32, 4096, 11_008], [32], 32_000, 2048),
  llama4: {
    ...decoder([48, 5120, 8192], [40, 8], 202_048, 131_072),
    intermediate_size_mlp: 16_384,
    num_local_experts: 16,
    num_experts_per_tok: 1,
    interleave_moe_layer_step: 1,
    attention_chunk_size: 8192,
  },
  ministral3: decoder([34, 4096, 14_336], [32, 8], 131_072, 262_144),
  mistral: decoder([32, 4096, 14_336], [32, 8], 32_000, 131_072),
  phi3: decoder([32, 3072, 8192], [32], 32_064, 4096),
  qwen2: decoder([32, 4096, 22_016], [32, 32], 151_936, 32_768),
  qwen3: decoder([32, 4096, 22_016], [32, 32], 151_936, 32_768),
  qwen3_5: decoder([32, 4096, 12_288], [16, 4], 248_320, 32_768),
  qwen3_vl: decoder([32, 4096, 22_016], [32, 32], 151_936, 128_000),
};

function decoder(
  [layers, width, feedForward]: readonly [layers: number, width: number, feedForward: number],
  [heads, kvHeads]: readonly [heads: number, kvHeads?: number],
  vocabulary: number,
  context: number,
): Defaults {
  return {
    num_hidden_layers: layers,
    hidden_size: width,
    intermediate_size: feedForward,
    num_attention_heads: heads,
    ...(kvHeads !== undefined && { num_key_value_heads: kvHeads }),
    vocab_size: vocabulary,
    max_position_embeddings: context,
  };
}

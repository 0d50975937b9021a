/**
 * Parts of names of matrices that are never quantized, because they are small or choose what else is read.
 * Source: `tensor_allows_quantization` of `src/llama-quant.cpp`, llama.cpp b11434.
 */
const KEPT: readonly RegExp[] = [
  /_norm\.weight/,
  /ffn_gate_inp\.weight/,
  /ffn_gate_tid2eid\.weight/,
  /altup|laurel/,
  /per_layer_model_proj/,
  /^(position_embd|token_types)\.weight$/,
  /ssm_conv1d/,
  /shortconv\.conv\.weight/,
  /indexer\.[kq]_proj\.weight/,
  /time_mix_(first|w[012]|v[012]|a[012]|g[12]|decay_w[12]|lerp_fused)\.weight/,
  /attn_rel_b\.weight/,
  /\.(position_embd|rel_pos|patch_embd|patch_merger)/,
  /sam\.(pos_embd|neck\.|net_)/,
  /a\.rvq\.codebook|mm\.a\.code_embd/,
];

/** The same for one architecture only. */
const KEPT_BY: Readonly<Record<string, RegExp>> = {
  "glm5-next":
    /hc_|indexer\.(attn_q_b|attn_k|proj)|indexer_compressor_(gate|ape)|ssm_([fg]_[ab]|beta)\.weight|attn_kv_a_mqa\.weight|attn_[kv]_b\.weight/,
};

/**
 * Matrices that converters write in single precision, whatever the rest is in.
 * Source: the list in `prepare_tensors` of `conversion/base.py`, llama.cpp b11434.
 */
const SINGLE =
  /_norm\.weight$|\.ffn_gate_inp(_shexp)?\.weight$|^(position_embd|token_types)\.weight$|ssm_conv1d|shortconv\.conv|time_mix_(first|w[12]|decay_w[12]|lerp_fused)|altup_(correct|predict)_coef|indexer\.([kq]_)?proj|\.hc_(attn|ffn)_|indexer_compressor_/;

export function isKept(name: string, dimensions: number, architecture: string): boolean {
  if (dimensions < 2 || !name.endsWith("weight")) return true;
  return KEPT.some((part) => part.test(name)) || (KEPT_BY[architecture]?.test(name) ?? false);
}

/** The type a converter gives a tensor in a file that is not quantized, whose matrices are `half`. */
export function convertedType(name: string, dimensions: number, half: string): string {
  return dimensions < 2 || !name.endsWith(".weight") || SINGLE.test(name) ? "F32" : half;
}

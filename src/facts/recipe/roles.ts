/** What a tensor does, as far as the choice of its type goes. Fused and decompressing projections count as values. */
export type Role = "output" | "embedding" | "value" | "key" | "query" | "attentionOutput" | "up" | "gate" | "down";

/**
 * Parts of a name that tell the role; the first that matches decides. Experts and shared experts go with the feed-forward.
 * Source: `tensor_get_category` of `src/llama-quant.cpp`, llama.cpp b11434.
 */
const SIGNS: readonly (readonly [sign: RegExp, role: Role])[] = [
  [/^output\.weight$/, "output"],
  [/^(per_layer_)?token_embd\.weight$/, "embedding"],
  [/attn_qkv\.weight/, "value"],
  [/attn_kv_b\.weight/, "value"],
  [/attn_v\.weight/, "value"],
  [/attn_k\.weight/, "key"],
  [/attn_q\.weight/, "query"],
  [/attn_output\.weight/, "attentionOutput"],
  [/ffn_up/, "up"],
  [/ffn_gate/, "gate"],
  [/ffn_down/, "down"],
];

/** The role of a tensor, `undefined` for those that always take the mix's own type. */
export function roleOf(name: string): Role | undefined {
  return SIGNS.find(([sign]) => sign.test(name))?.[1];
}

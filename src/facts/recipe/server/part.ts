import type { Shaped } from "../prepared.ts";
import type { ServerPart } from "./schemes.ts";

/** Parts by the names of their tensors, in order. What none names stays in 16 bit under every scheme. */
const PARTS: readonly (readonly [pattern: RegExp, part: ServerPart])[] = [
  [/(^|\.)(token_embd|per_layer_token_embd|embed_tokens)\.weight$/, "embedding"],
  [/^output\.weight$|shared_head_head\.weight$/, "output"],
  [/\.ffn_gate_inp(_shexp)?\.weight$/, "router"],
  [/\.ffn_\w*_exps\.weight$/, "experts"],
  [/\.ffn_(gate|up|down)(_shexp|_chexp)?\.weight$/, "feed-forward"],
  // the convolution and the state of recurrent layers are no linear layers
  [/\.(ssm_(in|out|x|dt|alpha|beta|ba|beta_alpha|f_a|f_b|g_a|g_b)|attn_gate)\.weight$/, "linear attention"],
  [/\.attn_(q|k|v|qkv|output|q_a|q_b|kv_a_mqa|kv_b|k_b|v_b|kv_a)\.weight$/, "attention"],
];

/** Which part of a model a matrix belongs to; undefined for norms, biases, convolutions and whatever has no name here. */
export function serverPart({ name, shape }: Shaped): ServerPart | undefined {
  if (shape.length < 2) return undefined;
  return PARTS.find(([pattern]) => pattern.test(name))?.[1];
}

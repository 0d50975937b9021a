import type { Geometry, LatentAttention, Layer, Recurrent } from "../../src/facts/model/index.ts";

/** A tensor of a layer, without `.weight` unless it is a bias; rows that are no multiple of 256 make it Q8_0. */
type Row = readonly [name: string, shape: readonly number[], type: string];

const SANDWICH = ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"];
/** Norms over the whole width, where they are not the two usual ones. */
const NORMS: Readonly<Record<string, readonly string[]>> = {
  cohere2: ["attn_norm"],
  gemma2: SANDWICH,
  gemma3: SANDWICH,
  gemma4: SANDWICH,
  glm4: SANDWICH,
  olmo2: ["post_attention_norm", "post_ffw_norm"],
  "gpt-oss": ["attn_norm", "post_attention_norm"],
  qwen35: ["attn_norm", "post_attention_norm"],
  qwen35moe: ["attn_norm", "post_attention_norm"],
  qwen3next: ["attn_norm", "post_attention_norm"],
  seed_oss: ["attn_norm", "post_attention_norm"],
};
const FUSED_HEADS = new Set(["phi3", "bailingmoe2"]);
const FUSED_GATES = new Set(["phi3", "glm4"]);
/** norms of queries and keys over all heads together */
const WHOLE_NORMS = new Set(["olmo2", "olmoe", "minimax-m2"]);
const GATED_QUERIES = new Set(["qwen35", "qwen35moe", "qwen3next"]);
/** norms of queries and keys head by head */
const HEAD_NORMS = new Set(
  "bailingmoe2 gemma3 gemma4 qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe".split(" "),
);
const CHOICE_BIAS = new Set(["minimax-m2", "ernie4_5-moe", "deepseek2", "bailingmoe2"]);

export function layerTensors(
  { architecture, embeddingLength: width, perLayerEmbeddingLength = 0 }: Geometry,
  { mixer, feedForward }: Layer,
): Row[] {
  if (mixer.kind === "mla")
    return [...latentTensors(width, mixer), ...feedForwardTensors(architecture, width, feedForward)];
  if (mixer.kind === "recurrent")
    return [...recurrentTensors(architecture, width, mixer), ...feedForwardTensors(architecture, width, feedForward)];
  if (mixer.kind !== "attention") return [];
  const keys = mixer.keyLength * mixer.kvHeads;
  const values = mixer.valueLength * mixer.kvHeads;
  const queries = mixer.keyLength * mixer.heads;
  const rows: Row[] = [
    ["attn_output", [mixer.valueLength * mixer.heads, width], architecture === "gpt-oss" ? "Q8_0" : "Q4_K"],
  ];
  if (FUSED_HEADS.has(architecture)) rows.push(["attn_qkv", [width, queries + keys + values], "Q4_K"]);
  else
    rows.push(
      ["attn_q", [width, GATED_QUERIES.has(architecture) ? 2 * queries : queries], "Q4_K"],
      ["attn_k", [width, keys], "Q4_K"],
      // the large Gemma 4 takes the keys of full layers for values
      ...(architecture === "gemma4" && perLayerEmbeddingLength === 0 && mixer.span === "full"
        ? []
        : [["attn_v", [width, values], "Q4_K"] as const]),
    );
  for (const norm of NORMS[architecture] ?? ["attn_norm", "ffn_norm"]) rows.push([norm, [width], "F32"]);
  if (WHOLE_NORMS.has(architecture)) rows.push(["attn_q_norm", [queries], "F32"], ["attn_k_norm", [keys], "F32"]);
  if (HEAD_NORMS.has(architecture)) {
    rows.push(["attn_q_norm", [mixer.keyLength], "F32"], ["attn_k_norm", [mixer.keyLength], "F32"]);
  }
  if (architecture === "qwen2" || architecture === "gpt-oss") {
    rows.push(["attn_q.bias", [queries], "F32"], ["attn_k.bias", [keys], "F32"], ["attn_v.bias", [keys], "F32"]);
  }
  if (architecture === "gpt-oss") rows.push(["attn_sinks", [mixer.heads], "F32"], ["attn_output.bias", [width], "F32"]);
  if (perLayerEmbeddingLength > 0) {
    rows.push(
      ["inp_gate", [width, perLayerEmbeddingLength], "Q4_K"],
      ["proj", [perLayerEmbeddingLength, width], "Q4_K"],
      ["post_norm", [width], "F32"],
    );
  }
  return [...rows, ...feedForwardTensors(architecture, width, feedForward)];
}

function feedForwardTensors(architecture: string, width: number, feedForward: Layer["feedForward"]): Row[] {
  if (feedForward.kind === "dense") {
    const { length } = feedForward;
    if (FUSED_GATES.has(architecture)) {
      return [
        ["ffn_up", [width, 2 * length], "Q4_K"],
        ["ffn_down", [length, width], "Q4_K"],
      ];
    }
    return [
      ["ffn_gate", [width, length], "Q4_K"],
      ["ffn_up", [width, length], "Q4_K"],
      ["ffn_down", [length, width], "Q4_K"],
    ];
  }
  if (feedForward.kind === "none") return [];
  const { experts, expertLength, sharedLength } = feedForward;
  const matrix = architecture === "gpt-oss" ? "MXFP4" : "Q4_K";
  const shared: Row[] = [
    ["ffn_gate_shexp", [width, sharedLength], "Q4_K"],
    ["ffn_up_shexp", [width, sharedLength], "Q4_K"],
    ["ffn_down_shexp", [sharedLength, width], "Q4_K"],
  ];
  const biases: Row[] = [
    ["ffn_gate_inp.bias", [experts], "F32"],
    ["ffn_gate_exps.bias", [expertLength, experts], "F32"],
    ["ffn_up_exps.bias", [expertLength, experts], "F32"],
    ["ffn_down_exps.bias", [width, experts], "F32"],
  ];
  return [
    ...(architecture === "gpt-oss" ? biases : []),
    ...(sharedLength > 0 ? shared : []),
    ...(GATED_QUERIES.has(architecture) ? [["ffn_gate_inp_shexp", [width], "F32"] as const] : []),
    ...(CHOICE_BIAS.has(architecture) ? [["exp_probs_b.bias", [experts], "F32"] as const] : []),
    ["ffn_gate_inp", [width, experts], "F32"],
    ["ffn_gate_exps", [width, expertLength, experts], matrix],
    ["ffn_up_exps", [width, expertLength, experts], matrix],
    ["ffn_down_exps", [expertLength, width, experts], matrix],
  ];
}

function latentTensors(width: number, mixer: LatentAttention): Row[] {
  const { heads, keyLength, valueLength, latentLength, ropeLength, queryLatentLength } = mixer;
  return [
    ["attn_norm", [width], "F32"],
    ["ffn_norm", [width], "F32"],
    ["attn_q_a", [width, queryLatentLength], "Q4_K"],
    ["attn_q_a_norm", [queryLatentLength], "F32"],
    ["attn_q_b", [queryLatentLength, heads * keyLength], "Q4_K"],
    ["attn_kv_a_mqa", [width, latentLength + ropeLength], "Q4_K"],
    ["attn_kv_a_norm", [latentLength], "F32"],
    ["attn_k_b", [keyLength - ropeLength, latentLength, heads], "Q4_K"],
    ["attn_v_b", [latentLength, valueLength, heads], "Q4_K"],
    ["attn_output", [heads * valueLength, width], "Q4_K"],
  ];
}

function recurrentTensors(architecture: string, width: number, mixer: Recurrent): Row[] {
  const { convolutionKernel, groups, innerLength, stateLength, valueHeads } = mixer;
  const channels = innerLength + 2 * groups * stateLength;
  if (mixer.family === "mamba2") {
    return [
      ["attn_norm", [width], "F32"],
      ["ffn_norm", [width], "F32"],
      ["ssm_in", [width, innerLength + channels + valueHeads], "Q4_K"],
      ["ssm_conv1d", [convolutionKernel, channels], "F32"],
      ["ssm_conv1d.bias", [channels], "F32"],
      ["ssm_dt.bias", [valueHeads], "F32"],
      ["ssm_a", [1, valueHeads], "F32"],
      ["ssm_d", [1, valueHeads], "F32"],
      ["ssm_norm", [innerLength / groups, groups], "F32"],
      ["ssm_out", [innerLength, width], "Q4_K"],
    ];
  }
  return [
    ["attn_norm", [width], "F32"],
    ["post_attention_norm", [width], "F32"],
    ["attn_qkv", [width, channels], "Q4_K"],
    ["attn_gate", [width, innerLength], "Q4_K"],
    ["ssm_conv1d", [convolutionKernel, channels], "F32"],
    ["ssm_dt.bias", [valueHeads], "F32"],
    ["ssm_a", [valueHeads], "F32"],
    ...(architecture === "qwen3next"
      ? ([["ssm_ba", [width, 2 * valueHeads], "Q4_K"]] as const)
      : ([
          ["ssm_beta", [width, valueHeads], "Q4_K"],
          ["ssm_alpha", [width, valueHeads], "Q4_K"],
        ] as const)),
    ["ssm_norm", [innerLength / valueHeads], "F32"],
    ["ssm_out", [innerLength, width], "Q4_K"],
  ];
}

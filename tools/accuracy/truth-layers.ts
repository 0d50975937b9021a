import type { Attention, Geometry, LatentAttention, Layer, Recurrent } from "../../src/facts/model/index.ts";
import type { Fields } from "./fields.ts";

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

/** Tensors of a layer. `model` is the row's own description, for what a geometry does not say. */
export function layerTensors(geometry: Geometry, { mixer, feedForward }: Layer, model: Fields): Row[] {
  const { architecture, embeddingLength: width } = geometry;
  const fed = [
    ...feedForwardTensors(architecture, width, feedForward, model.flag("gate_up_merged")),
    ...denseSideTensors(architecture, width, feedForward),
  ];
  switch (mixer.kind) {
    case "mla":
      return [...latentTensors(width, mixer), ...fed];
    case "recurrent":
      return [...recurrentTensors(architecture, width, mixer), ...fed];
    case "attention":
      return architecture === "deepseek2"
        ? [...decompressedTensors(width, mixer, model), ...fed]
        : [...attentionTensors(geometry, mixer, model), ...fed];
    default:
      return fed;
  }
}

function attentionTensors(
  { architecture, embeddingLength: width, perLayerEmbeddingLength = 0 }: Geometry,
  mixer: Attention,
  model: Fields,
): Row[] {
  const keys = mixer.keyLength * mixer.kvHeads;
  const values = mixer.valueLength * mixer.kvHeads;
  const queries = mixer.keyLength * mixer.heads;
  const rows: Row[] = [
    ["attn_output", [mixer.valueLength * mixer.heads, width], architecture === "gpt-oss" ? "Q8_0" : "Q4_K"],
  ];
  const fused = FUSED_HEADS.has(architecture) || model.flag("qkv_fused");
  if (fused) rows.push(["attn_qkv", [width, queries + keys + values], "Q4_K"]);
  else
    rows.push(
      ["attn_q", [width, GATED_QUERIES.has(architecture) ? 2 * queries : queries], "Q4_K"],
      ["attn_k", [width, keys], "Q4_K"],
      // the large Gemma 4 takes the keys of full layers for values
      ...(model.flag("kv_same_full") && mixer.span === "full" ? [] : [["attn_v", [width, values], "Q4_K"] as const]),
    );
  for (const norm of NORMS[architecture] ?? ["attn_norm", "ffn_norm"]) rows.push([norm, [width], "F32"]);
  if (WHOLE_NORMS.has(architecture)) rows.push(["attn_q_norm", [queries], "F32"], ["attn_k_norm", [keys], "F32"]);
  if (HEAD_NORMS.has(architecture)) {
    rows.push(["attn_q_norm", [mixer.keyLength], "F32"], ["attn_k_norm", [mixer.keyLength], "F32"]);
  }
  const biased = architecture === "qwen2" || architecture === "gpt-oss" || model.flag("qkv_bias");
  if (biased && fused) rows.push(["attn_qkv.bias", [queries + keys + values], "F32"]);
  else if (biased) {
    rows.push(["attn_q.bias", [queries], "F32"], ["attn_k.bias", [keys], "F32"], ["attn_v.bias", [values], "F32"]);
  }
  if (architecture === "gpt-oss") rows.push(["attn_sinks", [mixer.heads], "F32"], ["attn_output.bias", [width], "F32"]);
  if (perLayerEmbeddingLength > 0) {
    rows.push(
      ["inp_gate", [width, perLayerEmbeddingLength], "Q4_K"],
      ["proj", [perLayerEmbeddingLength, width], "Q4_K"],
      ["post_norm", [width], "F32"],
    );
  }
  return rows;
}

/** The dense part that some models have beside their experts, with the norms around both (Gemma 4). */
function denseSideTensors(architecture: string, width: number, feedForward: Layer["feedForward"]): Row[] {
  if (feedForward.kind !== "experts" || feedForward.denseSideLength === 0) return [];
  const dense = { kind: "dense", length: feedForward.denseSideLength, gated: true } as const;
  return [
    ...feedForwardTensors(architecture, width, dense, false),
    ["pre_ffw_norm_2", [width], "F32"],
    ["post_ffw_norm_1", [width], "F32"],
    ["post_ffw_norm_2", [width], "F32"],
    ["ffn_gate_inp.scale", [width], "F32"],
  ];
}

function feedForwardTensors(
  architecture: string,
  width: number,
  feedForward: Layer["feedForward"],
  merged: boolean,
): Row[] {
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
    ...(CHOICE_BIAS.has(architecture) && feedForward.gating !== "softmax"
      ? [["exp_probs_b.bias", [experts], "F32"] as const]
      : []),
    ["ffn_gate_inp", [width, experts], "F32"],
    ...(merged
      ? ([["ffn_gate_up_exps", [width, 2 * expertLength, experts], matrix]] as const)
      : ([
          ["ffn_gate_exps", [width, expertLength, experts], matrix],
          ["ffn_up_exps", [width, expertLength, experts], matrix],
        ] as const)),
    ["ffn_down_exps", [expertLength, width, experts], matrix],
  ];
}

function latentTensors(width: number, mixer: LatentAttention): Row[] {
  const { heads, keyLength, valueLength, latentLength, ropeLength, queryLatentLength } = mixer;
  return [
    ["attn_norm", [width], "F32"],
    ["ffn_norm", [width], "F32"],
    ...queryTensors(width, heads * keyLength, queryLatentLength),
    ["attn_kv_a_mqa", [width, latentLength + ropeLength], "Q4_K"],
    ["attn_kv_a_norm", [latentLength], "F32"],
    ["attn_k_b", [keyLength - ropeLength, latentLength, heads], "Q4_K"],
    ["attn_v_b", [latentLength, valueLength, heads], "Q4_K"],
    ["attn_output", [heads * valueLength, width], "Q4_K"],
  ];
}

/** Latent attention as old conversions have it: keys and values in full in the cache, one matrix that decompresses both. */
function decompressedTensors(width: number, { heads, keyLength, valueLength }: Attention, model: Fields): Row[] {
  const [latent, rope] = [model.count("kv_lora_rank"), model.count("rope_dim")];
  return [
    ["attn_norm", [width], "F32"],
    ["ffn_norm", [width], "F32"],
    ...queryTensors(width, heads * keyLength, model.count("q_lora_rank")),
    ["attn_kv_a_mqa", [width, latent + rope], "Q4_K"],
    ["attn_kv_a_norm", [latent], "F32"],
    ["attn_kv_b", [latent, heads * (keyLength - rope + valueLength)], "Q4_K"],
    ["attn_output", [heads * valueLength, width], "Q4_K"],
  ];
}

/** In two steps, or in one where queries are not compressed. */
function queryTensors(width: number, queries: number, latent: number): Row[] {
  if (latent === 0) return [["attn_q", [width, queries], "Q4_K"]];
  return [
    ["attn_q_a", [width, latent], "Q4_K"],
    ["attn_q_a_norm", [latent], "F32"],
    ["attn_q_b", [latent, queries], "Q4_K"],
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

import type { DraftTensor, DraftValue, GgufDraft } from "../../weights/index.ts";
import { vocabulary } from "../vocabulary.ts";

/** A draft head in the form that llama.cpp's converter gives those of EAGLE-3. */
export interface EagleHead {
  readonly width: number;
  /** of the model it is for */
  readonly targetWidth: number;
  readonly targetLayers: readonly number[];
  readonly vocabulary: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headLength: number;
  readonly feedForward: number;
  readonly context: number;
  /** tokens it can guess; absent: all, without a map */
  readonly guessed?: number;
  /** has no embedding of its own */
  readonly borrowsEmbedding?: true;
  /** has no output of its own */
  readonly borrowsOutput?: true;
  readonly normedResidual?: true;
  readonly type?: string;
}

export function eagleHead(head: EagleHead): GgufDraft {
  const { width, targetWidth, heads, kvHeads, headLength, feedForward, guessed, type = "F16" } = head;
  const u32 = (value: number): DraftValue => ({ type: "u32", value });
  const keys: [string, DraftValue][] = [
    ["block_count", u32(1)],
    ["context_length", u32(head.context)],
    ["embedding_length", u32(width)],
    ["feed_forward_length", u32(feedForward)],
    ["attention.head_count", u32(heads)],
    ["attention.head_count_kv", u32(kvHeads)],
    ["attention.key_length", u32(headLength)],
    ["attention.value_length", u32(headLength)],
    ["attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-6 }],
    ["rope.freq_base", { type: "f32", value: 10_000 }],
    ["rope.dimension_count", u32(headLength)],
    ["target_layers", { type: "array", of: "u32", values: head.targetLayers }],
    ["target_hidden_size", u32(targetWidth)],
    ...(head.normedResidual
      ? ([["norm_before_residual", { type: "bool", value: true }]] satisfies [string, DraftValue][])
      : []),
  ];
  const matrix = (name: string, rows: number, columns: number): DraftTensor => ({ name, type, shape: [columns, rows] });
  const norm = (name: string): DraftTensor => ({ name, type: "F32", shape: [width] });
  const tensors: DraftTensor[] = [
    ...(head.borrowsEmbedding ? [] : [matrix("token_embd.weight", head.vocabulary, width)]),
    matrix("fc.weight", width, 3 * targetWidth),
    norm("blk.0.attn_norm.weight"),
    norm("blk.0.attn_norm_2.weight"),
    matrix("blk.0.attn_q.weight", heads * headLength, 2 * width),
    matrix("blk.0.attn_k.weight", kvHeads * headLength, 2 * width),
    matrix("blk.0.attn_v.weight", kvHeads * headLength, 2 * width),
    matrix("blk.0.attn_output.weight", width, heads * headLength),
    norm("blk.0.ffn_norm.weight"),
    matrix("blk.0.ffn_gate.weight", feedForward, width),
    matrix("blk.0.ffn_down.weight", width, feedForward),
    matrix("blk.0.ffn_up.weight", feedForward, width),
    norm("output_norm.weight"),
    ...(head.borrowsOutput ? [] : [matrix("output.weight", guessed ?? head.vocabulary, width)]),
    ...(guessed === undefined ? [] : [{ name: "d2t", type: "I64", shape: [guessed] }]),
  ];
  return {
    metadata: [
      ["general.architecture", { type: "string", value: "eagle3" }],
      ["general.type", { type: "string", value: "model" }],
      ["general.name", { type: "string", value: "head" }],
      ...keys.map(([key, value]): [string, DraftValue] => [`eagle3.${key}`, value]),
      ...vocabulary(head.vocabulary),
    ],
    tensors,
  };
}

import type { Tensor } from "../weights/index.ts";
import type { Attention, FeedForward, Geometry } from "./geometry.ts";
import { TENSOR_ROWS, type TensorRow } from "./tensor-rows.ts";

type Shaped = Pick<Tensor, "name" | "shape">;
type Shapes = (readonly [name: string, shape: readonly number[]])[];

/**
 * Names and shapes of all tensors a geometry's file has, `undefined` where the architecture's are not written down or a
 * layer does not mix by plain attention. Frequencies of rotary encodings, which some files also hold, are left out.
 */
export function tensorList(geometry: Geometry): Shaped[] | undefined {
  const row = TENSOR_ROWS[geometry.architecture];
  if (!row) return undefined;
  const shapes: Shapes = [["token_embd.weight", [geometry.embeddingLength, geometry.vocabularySize]]];
  for (const [index, { kind, mixer, feedForward }] of geometry.layers.entries()) {
    if (kind !== "trunk" || mixer.kind !== "attention" || feedForward.kind === "none") return undefined;
    const layer = layerShapes(row, geometry.embeddingLength, mixer, feedForward);
    for (const [name, shape] of layer) shapes.push([`blk.${index}.${name}`, shape]);
  }
  shapes.push(...headShapes(row, geometry));
  return shapes.map(([name, shape]) => ({ name, shape }));
}

function headShapes({ biases = [] }: TensorRow, geometry: Geometry): Shapes {
  const { embeddingLength: width, vocabularySize, tiedEmbeddings } = geometry;
  const shapes: Shapes = [["output_norm.weight", [width]]];
  if (!tiedEmbeddings) shapes.push(["output.weight", [width, vocabularySize]]);
  if (biases.includes("output_norm")) shapes.push(["output_norm.bias", [width]]);
  if (biases.includes("output")) shapes.push(["output.bias", [vocabularySize]]);
  return shapes;
}

function layerShapes(row: TensorRow, width: number, attention: Attention, feedForward: FeedForward): Shapes {
  const matrices = [
    ...(row.norms ?? ["attn_norm", "ffn_norm"]).map((name): Shapes[number] => [name, [width]]),
    ...attentionShapes(row, width, attention),
    ...feedForwardShapes(row, width, feedForward),
  ];
  const biases = matrices
    .filter(([name]) => row.biases?.includes(name))
    // a norm is as wide as what it scales; a matrix's bias as its output, for every expert
    .map(([name, shape]): Shapes[number] => [`${name}.bias`, shape.length === 1 ? shape : shape.slice(1)]);
  return [...matrices.map(([name, shape]): Shapes[number] => [`${name}.weight`, shape]), ...biases, ...bare(row)];

  function bare({ sinks, expertBias }: TensorRow): Shapes {
    const found: Shapes = [];
    if (sinks) found.push(["attn_sinks.weight", [attention.heads]]);
    if (expertBias && feedForward.kind === "experts") found.push(["exp_probs_b.bias", [feedForward.experts]]);
    return found;
  }
}

function attentionShapes(row: TensorRow, width: number, attention: Attention): Shapes {
  const { heads, kvHeads, keyLength, valueLength } = attention;
  const [query, key, value] = [heads * keyLength, kvHeads * keyLength, kvHeads * valueLength];
  const shapes: Shapes = row.fusedAttention
    ? [["attn_qkv", [width, query + key + value]]]
    : [
        ["attn_q", [width, query]],
        ["attn_k", [width, key]],
        ["attn_v", [width, value]],
      ];
  shapes.push(["attn_output", [heads * valueLength, width]]);
  if (row.attentionGate) shapes.push(["attn_gate", [width, heads * valueLength]]);
  if (row.innerNorms) shapes.push(["attn_sub_norm", [heads * valueLength]]);
  if (row.queryKeyNorm === "head") shapes.push(["attn_q_norm", [keyLength]], ["attn_k_norm", [keyLength]]);
  if (row.queryKeyNorm === "heads") shapes.push(["attn_q_norm", [query]], ["attn_k_norm", [key]]);
  if (row.queryKeyNorm === "each") {
    shapes.push(["attn_q_norm", [keyLength, heads]], ["attn_k_norm", [keyLength, kvHeads]]);
  }
  return shapes;
}

function feedForwardShapes(row: TensorRow, width: number, feedForward: FeedForward): Shapes {
  if (feedForward.kind === "none") return [];
  if (feedForward.kind === "dense") {
    const { length, gated } = feedForward;
    const shapes = threeMatrices("", width, length, gated, row.fusedGate === true);
    if (row.innerNorms) shapes.push(["ffn_sub_norm", [length]]);
    return shapes;
  }
  const { experts, expertLength, sharedLength, denseSideLength } = feedForward;
  const shapes: Shapes = [["ffn_gate_inp", [width, experts]]];
  for (const [name, shape] of threeMatrices("_exps", width, expertLength, true, false))
    shapes.push([name, [...shape, experts]]);
  if (sharedLength > 0) shapes.push(...threeMatrices("_shexp", width, sharedLength, true, false));
  if (sharedLength > 0 && row.sharedGate) shapes.push(["ffn_gate_inp_shexp", [width]]);
  if (denseSideLength > 0) shapes.push(...threeMatrices("", width, denseSideLength, true, false));
  return shapes;
}

function threeMatrices(suffix: string, width: number, length: number, gated: boolean, fused: boolean): Shapes {
  const up: Shapes = fused
    ? [[`ffn_up${suffix}`, [width, 2 * length]]]
    : [
        ...(gated ? [[`ffn_gate${suffix}`, [width, length]] as Shapes[number]] : []),
        [`ffn_up${suffix}`, [width, length]],
      ];
  return [...up, [`ffn_down${suffix}`, [length, width]]];
}

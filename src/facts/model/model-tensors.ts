import type { DraftTensor } from "../weights/index.ts";
import type { Attention, Geometry, Layer } from "./geometry.ts";

/** Chooses the type of a matrix; vectors are always F32. */
export type TypeOf = (name: string, shape: readonly number[]) => string;

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

/** All tensors of a `llama` model: dense or with experts, tied or with an output matrix of its own. */
export function llamaTensors(geometry: Geometry, typeOf: TypeOf): DraftTensor[] {
  return draft(geometry, typeOf, (layer) => [
    ...attentionShapes(geometry, layer),
    ...feedForwardShapes(geometry, layer),
  ]);
}

/** All tensors of a `gemma3` model: as `llama`, with norms of queries and keys and after both halves of a layer. */
export function gemma3Tensors(geometry: Geometry, typeOf: TypeOf): DraftTensor[] {
  const width = geometry.embeddingLength;
  return draft(geometry, typeOf, (layer) => {
    const { keyLength } = attentionOf(layer);
    return [
      ...attentionShapes(geometry, layer),
      ["attn_q_norm.weight", [keyLength]],
      ["attn_k_norm.weight", [keyLength]],
      ["post_attention_norm.weight", [width]],
      ...feedForwardShapes(geometry, layer),
      ["post_ffw_norm.weight", [width]],
    ];
  });
}

function draft(geometry: Geometry, typeOf: TypeOf, shapesOf: (layer: Layer) => Shapes): DraftTensor[] {
  const { embeddingLength, vocabularySize, tiedEmbeddings } = geometry;
  const embedding = [embeddingLength, vocabularySize];
  const shapes: Shapes = [
    ["token_embd.weight", embedding],
    ...geometry.layers.flatMap((layer, index) =>
      shapesOf(layer).map(([name, shape]) => [`blk.${index}.${name}`, shape] as const),
    ),
    ["output_norm.weight", [embeddingLength]],
    ...(tiedEmbeddings ? [] : [["output.weight", embedding] as const]),
  ];
  return shapes.map(([name, shape]) => ({ name, shape, type: shape.length > 1 ? typeOf(name, shape) : "F32" }));
}

function attentionShapes(geometry: Geometry, layer: Layer): Shapes {
  const width = geometry.embeddingLength;
  const { heads, kvHeads, keyLength, valueLength } = attentionOf(layer);
  return [
    ["attn_norm.weight", [width]],
    ["attn_q.weight", [width, heads * keyLength]],
    ["attn_k.weight", [width, kvHeads * keyLength]],
    ["attn_v.weight", [width, kvHeads * valueLength]],
    ["attn_output.weight", [heads * valueLength, width]],
  ];
}

function feedForwardShapes(geometry: Geometry, { feedForward }: Layer): Shapes {
  const width = geometry.embeddingLength;
  const norm = ["ffn_norm.weight", [width]] as const;
  if (feedForward.kind === "dense") {
    const { length } = feedForward;
    return [
      norm,
      ["ffn_gate.weight", [width, length]],
      ["ffn_up.weight", [width, length]],
      ["ffn_down.weight", [length, width]],
    ];
  }
  if (feedForward.kind === "none") throw new RangeError("a layer without a feed-forward part cannot be written");
  const { experts, expertLength } = feedForward;
  return [
    norm,
    ["ffn_gate_inp.weight", [width, experts]],
    ["ffn_gate_exps.weight", [width, expertLength, experts]],
    ["ffn_up_exps.weight", [width, expertLength, experts]],
    ["ffn_down_exps.weight", [expertLength, width, experts]],
  ];
}

function attentionOf({ mixer }: Layer): Attention {
  if (mixer.kind === "attention") return mixer;
  throw new RangeError(`a layer that mixes by "${mixer.kind}" cannot be written`);
}

import { F16, F32 } from "../graph/element.ts";
import { getRows, input, like, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { mixValues, projectHeads, type Heads } from "./attention.ts";
import type { GraphBuilder, NormKind } from "./builder.ts";
import { embedTokens } from "./embedding.ts";
import { chosenExperts } from "./experts.ts";
import { denseFeedForward } from "./feed-forward.ts";

/** Masks of attention among the tokens of a batch, [tokens, tokens]: one for layers that see everything, one for windows. */
interface BatchMasks {
  readonly full: GraphTensor;
  readonly window: GraphTensor;
}

/** Attention's inputs where there is no cache (llama-graph.cpp, `build_attn_inp_no_cache`): the mask is as wide as the batch. */
export function batchMasks(builder: GraphBuilder): BatchMasks {
  const { tokens, settings } = builder.request;
  const type = settings.flashAttention ? F16 : F32;
  const mask = (): GraphTensor => input(type, [tokens, tokens], "attention mask");
  const windowed = builder.layers.some(({ mixer }) => mixer.kind === "attention" && mixer.span !== "full");
  const full = mask();
  return { full, window: windowed ? mask() : full };
}

/** Attention of a batch's tokens to each other, and the output projection. */
export function attendInBatch(
  builder: GraphBuilder,
  { query, key, value }: Heads,
  masks: BatchMasks,
  layer: number,
): GraphTensor {
  const { graph } = builder;
  for (const tensor of [query, key, value]) graph.expand(tensor);
  const mask = builder.attention(layer).span === "full" ? masks.full : masks.window;
  const mixed = mixValues(builder, query, key, value, layer, { mask, valuesTransposed: false });
  graph.expand(mixed);
  return builder.project(mixed, "attn_output", layer);
}

/** Embeddings of an encoder: a token's, its segment's (always the first), its position's, then a norm that belongs to the first layer. */
export function encoderEmbedding(builder: GraphBuilder, positions: GraphTensor | undefined): GraphTensor {
  let x = embedTokens(builder);
  const types = builder.optional("token_types");
  if (types !== undefined) x = like("add", x, firstRow(types));
  const table = builder.optional("position_embd");
  if (table !== undefined && positions !== undefined) x = like("add", getRows(table, positions), x);
  const weight = builder.optional("token_embd_norm");
  if (weight === undefined) return x;
  const normed = like("norm", x);
  builder.request.pinNorm?.(normed, 0);
  const scaled = like("mul", normed, weight);
  const shift = builder.optional("token_embd_norm", undefined, "bias");
  return shift === undefined ? scaled : like("add", scaled, shift);
}

function firstRow(table: GraphTensor): GraphTensor {
  return view(table, [table.shape[0]]);
}

export interface EncoderParts {
  /** how queries and keys are treated before they meet */
  readonly turn: (builder: GraphBuilder, heads: Heads, positions: GraphTensor | undefined, layer: number) => Heads;
  /** positions are an input of the graph */
  readonly positions?: false;
}

/** An encoder whose norms come behind attention and the feed-forward part (src/models/bert.cpp): BERT and most of its kin. */
export function postNormEncoder(builder: GraphBuilder, { turn, positions: hasPositions }: EncoderParts): GraphTensor {
  const positions = hasPositions === false ? undefined : builder.positions();
  let x = encoderEmbedding(builder, positions);
  const masks = batchMasks(builder);
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  const norm = (rows: GraphTensor, name: string, layer: number) => builder.norm(rows, name, layer, true, "norm");
  builder.layers.forEach(({ feedForward }, layer) => {
    const heads = turn(builder, projectHeads(builder, x, layer), positions, layer);
    let mixed = attendInBatch(builder, heads, masks, layer);
    let residual = x;
    if (layer === last) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    let inner = norm(like("add", mixed, residual), "attn_output_norm", layer);
    if (builder.optional("attn_norm_2", layer) !== undefined) {
      inner = norm(like("add", inner, residual), "attn_norm_2", layer);
    }
    const fed =
      feedForward.kind === "experts"
        ? chosenExperts(builder, inner, layer, feedForward, { gating: "softmax", normalized: false })
        : denseFeedForward(builder, inner, layer);
    x = norm(like("add", fed, inner), "layer_output_norm", layer);
  });
  builder.hidden = x;
  return x;
}

/** An encoder whose norms come before, as decoders have them (modern-bert.cpp, neo-bert.cpp, eurobert.cpp). */
export function preNormEncoder(
  builder: GraphBuilder,
  kind: NormKind,
  outputNorm: string,
  turn: (heads: Heads, positions: GraphTensor, layer: number) => Heads = turnedBare,
): GraphTensor {
  const positions = builder.positions();
  let x = encoderEmbedding(builder, undefined);
  const masks = batchMasks(builder);
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  builder.layers.forEach((_, layer) => {
    // a first layer whose embeddings are normed may have none
    const normed =
      builder.optional("attn_norm", layer) === undefined ? x : builder.norm(x, "attn_norm", layer, true, kind);
    const heads = turn(projectHeads(builder, normed, layer), positions, layer);
    let mixed = attendInBatch(builder, heads, masks, layer);
    let residual = x;
    if (layer === last) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    const inner = like("add", mixed, residual);
    const fed = denseFeedForward(builder, builder.norm(inner, "ffn_norm", layer, true, kind), layer);
    x = like("add", fed, inner);
  });
  builder.hidden = builder.norm(x, outputNorm, undefined, false, kind);
  return builder.hidden;
}

/** Queries and keys turned by their positions, without factors of the file. */
export function turnedBare({ query, key, value }: Heads, positions: GraphTensor): Heads {
  return { query: like("rope", query, positions), key: like("rope", key, positions), value };
}

/** Norms of queries and keys over all heads together, where the file has them (Jina 2). */
export function normedAcross(builder: GraphBuilder, { query, key, value }: Heads, layer: number): Heads {
  const across = (heads: GraphTensor, name: string): GraphTensor => {
    if (builder.optional(name, layer) === undefined) return heads;
    const [length, count, tokens] = heads.shape;
    const normed = builder.norm(reshape(heads, [length * count, tokens]), name, layer, true, "norm");
    return reshape(normed, [length, count, tokens]);
  };
  return { query: across(query, "attn_q_norm"), key: across(key, "attn_k_norm"), value };
}

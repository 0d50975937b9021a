import { getRows, like, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { windowOf } from "../context.ts";
import { attend, projectHeads, type AttentionParts, type Heads } from "./attention.ts";
import type { GraphBuilder, NormKind } from "./builder.ts";
import { embedTokens, type EmbeddingScale } from "./embedding.ts";
import { denseFeedForward, type Activation } from "./feed-forward.ts";
import { expertFeedForward, type Routing } from "./experts.ts";

/** What a decoder has that the plain one does not. */
export interface DecoderParts {
  /** how embeddings are multiplied, see `embedTokens` */
  readonly scaled?: EmbeddingScale;
  /** what is done to embeddings before the first layer */
  readonly embedded?: (x: GraphTensor) => GraphTensor;
  readonly norm?: NormKind;
  readonly project?: (builder: GraphBuilder, x: GraphTensor, layer: number) => Heads;
  /** `x` is what queries, keys and values are made from */
  readonly attention?: (layer: number, x: GraphTensor) => Omit<AttentionParts, "order">;
  /** models that norm only behind attention and the feed-forward part have none before */
  readonly normsBefore?: false;
  readonly normBeforeFeedForward?: string;
  /** what is done to attention's result before the rows of the output are picked */
  readonly afterAttention?: (mixed: GraphTensor, layer: number) => GraphTensor;
  readonly normAfterAttention?: string;
  /** what attention and the feed-forward part give is multiplied by a constant before it is added */
  readonly scaledResiduals?: true;
  readonly normAfterFeedForward?: { readonly name: string; readonly pinned: boolean };
  /** the sum behind the feed-forward part names what it is added to first: its memory is the one that is taken over */
  readonly residualFirst?: true;
  readonly activation?: Activation;
  readonly routing?: Routing;
  /** instead of experts or a dense part alike in all layers */
  readonly feedForward?: (x: GraphTensor, layer: number) => GraphTensor;
  /**
   * rows of the output are picked behind the last layer, whose result is kept as an output of its own, before or behind the last norm
   * (builds that do so)
   */
  readonly rowsAtEnd?: "before norm" | "behind norm";
  /** the matrix that gives the logits, where it is always the embedding's */
  readonly output?: "token_embd";
  readonly finish?: (logits: GraphTensor) => GraphTensor;
}

/**
 * The decoder most architectures share: a norm before attention and before the feed-forward part, output rows picked in the last layer.
 * `turn` is what they differ in: norms and positions of queries and keys; `parts` what some do besides.
 */
export function plainDecoder(
  builder: GraphBuilder,
  turn: (heads: Heads, positions: GraphTensor, layer: number) => Heads,
  parts: DecoderParts = {},
): GraphTensor {
  const embedded = embedTokens(builder, parts.scaled);
  let x = parts.embedded === undefined ? embedded : parts.embedded(embedded);
  const positions = builder.positions();
  const inputs = attentionInputs(builder);
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  const rowsAtEnd = builder.request.build.keepsHiddenRows ? parts.rowsAtEnd : undefined;
  const project = parts.project ?? projectHeads;
  const norm = (rows: GraphTensor, name: string, layer: number, pinned?: boolean): GraphTensor =>
    builder.norm(rows, name, layer, pinned, parts.norm);
  builder.layers.forEach((_, layer) => {
    builder.tap(x, layer);
    let residual = x;
    const normed = parts.normsBefore === false ? x : norm(x, "attn_norm", layer);
    const heads = turn(project(builder, normed, layer), positions, layer);
    const own = { ...parts.attention?.(layer, normed), order: inputs.order };
    let mixed = attend(builder, heads, inputs.of(layer), layer, own);
    if (parts.afterAttention !== undefined) mixed = parts.afterAttention(mixed, layer);
    if (layer === last && rowsAtEnd === undefined) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    if (parts.normAfterAttention !== undefined) mixed = norm(mixed, parts.normAfterAttention, layer);
    if (parts.scaledResiduals === true) mixed = like("scale", mixed);
    const inner = like("add", mixed, residual);
    const before = parts.normBeforeFeedForward ?? "ffn_norm";
    const rows = parts.normsBefore === false ? inner : norm(inner, before, layer);
    let fed = parts.feedForward?.(rows, layer) ?? feedForward(builder, rows, layer, parts);
    const after = parts.normAfterFeedForward;
    if (after !== undefined) fed = norm(fed, after.name, layer, after.pinned);
    if (parts.scaledResiduals === true) fed = like("scale", fed);
    x = parts.residualFirst === true ? like("add", inner, fed) : like("add", fed, inner);
    // slices of an image's embedding, behind one another in its rows
    if (layer < (builder.request.geometry.deepstackLayers ?? 0)) {
      x = like("add", x, view(embedded, [x.shape[0], x.shape[1]], [embedded.strides[1]]));
    }
  });
  if (rowsAtEnd === "before norm") {
    x.output = true;
    x = getRows(x, outputRows);
  }
  const rows = rowsAtEnd === "behind norm" ? outputRows : undefined;
  const logits = outputLogits(builder, x, { norm: parts.norm, rows, output: parts.output });
  return parts.finish === undefined ? logits : parts.finish(logits);
}

/** Inputs of attention, one set a kind of cache, and the order in which the engine adds heads to the graph for them. */
export function attentionInputs(builder: GraphBuilder) {
  const sliding = windowOf(builder.request.geometry) > 0;
  const full = builder.cacheInputs("full");
  const window = sliding ? builder.cacheInputs("window") : full;
  return {
    order: sliding ? ("query-key-value" as const) : ("query-value-key" as const),
    of: (layer: number) => (builder.attention(layer).span === "full" ? full : window),
  };
}

interface OutputParts {
  readonly norm?: NormKind | undefined;
  readonly rows?: GraphTensor | undefined;
  readonly output?: "output" | "token_embd" | undefined;
  /** the last norm's name */
  readonly outputNorm?: string | undefined;
}

/** The last norm, kept as an output of its own, rows of it where none were picked before, and the logits. */
export function outputLogits(
  builder: GraphBuilder,
  x: GraphTensor,
  { norm, rows, output = "output", outputNorm = "output_norm" }: OutputParts = {},
): GraphTensor {
  let result = builder.norm(x, outputNorm, undefined, false, norm);
  result.output = true;
  if (rows !== undefined) {
    result = getRows(result, rows);
    result.output = true;
  }
  builder.hidden = result;
  return builder.project(result, output);
}

/** Experts where the layer has them. */
export function feedForward(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  parts: Pick<DecoderParts, "routing" | "activation"> = {},
): GraphTensor {
  const { feedForward: kind } = builder.layer(layer);
  return kind.kind === "experts"
    ? expertFeedForward(builder, x, layer, kind, parts.routing)
    : denseFeedForward(builder, x, layer, { activation: parts.activation });
}

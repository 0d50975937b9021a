import { getRows, like, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { windowOf } from "../context.ts";
import { attend, projectHeads, type AttentionParts, type Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { embedTokens, type EmbeddingScale } from "./embedding.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { expertFeedForward, type Routing } from "./experts.ts";

/** What a decoder has that the plain one does not. */
export interface DecoderParts {
  /** how embeddings are multiplied, see `embedTokens` */
  readonly scaled?: EmbeddingScale;
  readonly project?: (builder: GraphBuilder, x: GraphTensor, layer: number) => Heads;
  readonly attention?: (layer: number) => Omit<AttentionParts, "order">;
  /** models that norm only behind attention and the feed-forward part have none before */
  readonly normsBefore?: false;
  readonly normBeforeFeedForward?: string;
  readonly normAfterAttention?: string;
  /** what attention and the feed-forward part give is multiplied by a constant before it is added */
  readonly scaledResiduals?: true;
  readonly normAfterFeedForward?: { readonly name: string; readonly pinned: boolean };
  /** the sum behind the feed-forward part names what it is added to first: its memory is the one that is taken over */
  readonly residualFirst?: true;
  readonly routing?: Routing;
  /** rows of the output are picked behind the last layer, whose result is kept as an output of its own (builds that do so) */
  readonly rowsAtEnd?: boolean;
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
  let x = embedded;
  const positions = builder.positions();
  const inputs = attentionInputs(builder);
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  const rowsAtEnd = parts.rowsAtEnd === true && builder.request.build.keepsHiddenRows;
  const project = parts.project ?? projectHeads;
  builder.layers.forEach((_, layer) => {
    let residual = x;
    const normed = parts.normsBefore === false ? x : builder.norm(x, "attn_norm", layer);
    const heads = turn(project(builder, normed, layer), positions, layer);
    const own = { ...parts.attention?.(layer), order: inputs.order };
    let mixed = attend(builder, heads, inputs.of(layer), layer, own);
    if (layer === last && !rowsAtEnd) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    if (parts.normAfterAttention !== undefined) mixed = builder.norm(mixed, parts.normAfterAttention, layer);
    if (parts.scaledResiduals === true) mixed = like("scale", mixed);
    const inner = like("add", mixed, residual);
    const before = parts.normBeforeFeedForward ?? "ffn_norm";
    let fed = feedForward(
      builder,
      parts.normsBefore === false ? inner : builder.norm(inner, before, layer),
      layer,
      parts,
    );
    const after = parts.normAfterFeedForward;
    if (after !== undefined) fed = builder.norm(fed, after.name, layer, after.pinned);
    if (parts.scaledResiduals === true) fed = like("scale", fed);
    x = parts.residualFirst === true ? like("add", inner, fed) : like("add", fed, inner);
    // slices of an image's embedding, behind one another in its rows
    if (layer < (builder.request.geometry.deepstackLayers ?? 0)) {
      x = like("add", x, view(embedded, [x.shape[0], x.shape[1]], [embedded.strides[1]]));
    }
  });
  if (rowsAtEnd) {
    x.output = true;
    x = getRows(x, outputRows);
  }
  const logits = outputLogits(builder, x);
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

/** The last norm, kept as an output of its own, and the logits. */
export function outputLogits(builder: GraphBuilder, x: GraphTensor): GraphTensor {
  const result = builder.norm(x, "output_norm");
  result.output = true;
  return builder.project(result, "output");
}

/** Experts where the layer has them. */
export function feedForward(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  parts: Pick<DecoderParts, "routing"> = {},
): GraphTensor {
  const { feedForward: kind } = builder.layer(layer);
  return kind.kind === "experts"
    ? expertFeedForward(builder, x, layer, kind, parts.routing)
    : denseFeedForward(builder, x, layer);
}

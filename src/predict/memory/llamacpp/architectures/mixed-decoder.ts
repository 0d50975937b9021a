import { getRows, like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { feedForward, outputLogits, type DecoderParts } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";

/** What a decoder has whose layers mix tokens in several ways. */
export interface MixedParts extends Pick<DecoderParts, "routing" | "activation"> {
  mix(x: GraphTensor, layer: number): GraphTensor;
  /** the norm before a layer's mix enters the graph at once */
  readonly normFirst?: true;
  /** sums name what they are added to first: its memory is the one that is taken over */
  readonly residualFirst?: true;
  readonly outputNorm?: string;
  /** rows of the output are picked behind the last norm (builds that do so) */
  readonly rowsAtEnd?: true;
}

/** A norm before the mix and before the feed-forward part, output rows picked in the last layer. */
export function mixedDecoder(builder: GraphBuilder, parts: MixedParts): GraphTensor {
  let x = embedTokens(builder);
  const outputRows = builder.outputRows();
  const atEnd = parts.rowsAtEnd === true && builder.request.build.keepsHiddenRows;
  const last = builder.layers.length - 1;
  const sum = (result: GraphTensor, residual: GraphTensor): GraphTensor =>
    parts.residualFirst === true ? like("add", residual, result) : like("add", result, residual);
  builder.layers.forEach((_, layer) => {
    builder.tap(x, layer);
    let residual = x;
    const normed = builder.norm(x, "attn_norm", layer);
    if (parts.normFirst === true) builder.graph.expand(normed);
    let mixed = parts.mix(normed, layer);
    if (layer === last && !atEnd) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    const inner = sum(mixed, residual);
    x = sum(feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer, parts), inner);
  });
  return outputLogits(builder, x, { outputNorm: parts.outputNorm, rows: atEnd ? outputRows : undefined });
}

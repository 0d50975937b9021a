import { getRows, like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { attend, projectHeads, type Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward, expertFeedForward } from "./feed-forward.ts";

/**
 * The decoder most architectures share: a norm before attention and before the feed-forward part, output rows picked in the last layer.
 * `turn` is what they differ in: norms and positions of queries and keys.
 */
export function plainDecoder(
  builder: GraphBuilder,
  turn: (heads: Heads, positions: GraphTensor, layer: number) => Heads,
): GraphTensor {
  let x = embedTokens(builder, false);
  const positions = builder.positions();
  const inputs = builder.cacheInputs("full");
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  builder.layers.forEach((_, layer) => {
    let residual = x;
    const heads = turn(projectHeads(builder, builder.norm(x, "attn_norm", layer), layer), positions, layer);
    let mixed = attend(builder, heads, inputs, layer, "query-value-key");
    if (layer === last) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    const inner = like("add", mixed, residual);
    x = like("add", feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer), inner);
  });
  return outputLogits(builder, x);
}

/** The last norm, kept as an output of its own, and the logits. */
export function outputLogits(builder: GraphBuilder, x: GraphTensor): GraphTensor {
  const result = builder.norm(x, "output_norm");
  result.output = true;
  return builder.project(result, "output");
}

function feedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: kind } = builder.layers[layer]!;
  return kind.kind === "experts" ? expertFeedForward(builder, x, layer, kind) : denseFeedForward(builder, x, layer);
}

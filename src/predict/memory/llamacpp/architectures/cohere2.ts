import { getRows, like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { attentionInputs } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { turned } from "./rope.ts";

/** Cohere 2 (src/models/cohere2.cpp): attention and the feed-forward part read the same norm, full layers have no positions. */
export const cohere2: Architecture = {
  name: "cohere2",
  build(builder) {
    let x = embedTokens(builder);
    const positions = builder.positions();
    const inputs = attentionInputs(builder);
    const outputRows = builder.outputRows();
    const last = builder.layers.length - 1;
    builder.layers.forEach((_, layer) => {
      let normed = layerNorm(builder, x, "attn_norm", layer);
      const heads = turned(builder, projectHeads(builder, normed, layer), positions, layer);
      let mixed = attend(builder, heads, inputs.of(layer), layer, { order: inputs.order });
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        x = getRows(x, outputRows);
        normed = getRows(normed, outputRows);
      }
      x = like("add", like("add", denseFeedForward(builder, normed, layer), x), mixed);
    });
    const result = layerNorm(builder, x, "output_norm");
    result.output = true;
    return like("scale", builder.project(result, "output"));
  },
};

/** Mean and variance, where other models take the root of the mean square. */
function layerNorm(builder: GraphBuilder, x: GraphTensor, name: string, layer?: number): GraphTensor {
  const normed = like("norm", x);
  if (layer !== undefined) builder.request.pinNorm?.(normed, layer);
  return like("mul", normed, builder.weight(name, layer));
}

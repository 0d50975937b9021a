import { getRows, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import { projectHeads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { embedTokens } from "./embedding.ts";
import { attendInBatch, batchMasks, turnedBare } from "./encoder.ts";
import { denseFeedForward } from "./feed-forward.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { normedHeads } from "./rope.ts";

/** EmbeddingGemma (src/models/gemma-embedding.cpp): Gemma 3's layers without a cache, windows to both sides. */
export const gemmaEmbedding: Architecture = { name: "gemma-embedding", build };

function build(builder: GraphBuilder): GraphTensor {
  let x = embedTokens(builder, "rows");
  const positions = builder.positions();
  const masks = batchMasks(builder);
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  builder.layers.forEach((_, layer) => {
    const projected = projectHeads(builder, builder.norm(x, "attn_norm", layer), layer);
    const { query, ...rest } = turnedBare(normedHeads(builder, projected, layer), positions);
    let mixed = attendInBatch(builder, { query: like("scale", query), ...rest }, masks, layer);
    let residual = x;
    if (layer === last) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    const inner = like("add", builder.norm(mixed, "post_attention_norm", layer), residual);
    const fed = denseFeedForward(builder, builder.norm(inner, "ffn_norm", layer), layer);
    // the engine gives this norm no layer, so it is not pinned
    x = like("add", builder.norm(fed, "post_ffw_norm", layer, false), inner);
  });
  builder.hidden = builder.norm(x, "output_norm");
  return builder.hidden;
}

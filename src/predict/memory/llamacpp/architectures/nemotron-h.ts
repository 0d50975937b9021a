import { getRows, like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward, outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import type { Routing } from "./experts.ts";
import { mamba2 } from "./mamba2.ts";
import { stateIndices, type StateIndices } from "./recurrent-state.ts";

/** Nemotron H (src/models/nemotron-h.cpp): a layer is a state space, attention without positions, or a feed-forward part. */
export const nemotronH: Architecture = { name: "nemotron_h", build };

/** The same with experts (src/models/nemotron-h-moe.cpp). */
export const nemotronHMoe: Architecture = { name: "nemotron_h_moe", build };

const ROUTING: Routing = { gating: "sigmoid", normalized: "as-file", activation: "squared" };

function build(builder: GraphBuilder): GraphTensor {
  let x = embedTokens(builder);
  const indices = stateIndices(builder);
  const cache = builder.cacheInputs("full");
  const outputRows = builder.outputRows();
  const atEnd = builder.request.build.keepsHiddenRows;
  const last = builder.layers.length - 1;
  builder.layers.forEach((_, layer) => {
    let residual = x;
    let result = part(builder, builder.norm(x, "attn_norm", layer), layer, indices, cache);
    if (layer === last && !atEnd) {
      result = getRows(result, outputRows);
      residual = getRows(residual, outputRows);
    }
    x = like("add", result, residual);
  });
  return outputLogits(builder, x, { rows: atEnd ? outputRows : undefined });
}

function part(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  indices: StateIndices,
  cache: CacheInputs,
): GraphTensor {
  switch (builder.layer(layer).mixer.kind) {
    case "recurrent":
      return mamba2(builder, x, layer, indices);
    case "attention":
      return attend(builder, projectHeads(builder, x, layer), cache, layer, { order: "query-value-key" });
    default:
      return feedForward(builder, x, layer, { routing: ROUTING, activation: "squared" });
  }
}

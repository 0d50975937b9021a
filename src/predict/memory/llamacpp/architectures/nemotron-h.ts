import { getRows, like, multiplyMatrix } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward, outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { chosenExperts, type Routing } from "./experts.ts";
import { denseFeedForward } from "./feed-forward.ts";
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
    builder.tap(x, layer);
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

/** Experts on a narrower stream; the choice among them and the shared one see the whole. */
function narrowExperts(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: experts } = builder.layer(layer);
  if (experts.kind !== "experts") throw new Error(`layer ${layer} has no experts`);
  const narrow = multiplyMatrix(builder.weight("ffn_latent_down", layer), x);
  const chosen = chosenExperts(builder, narrow, layer, experts, ROUTING, x);
  const wide = multiplyMatrix(builder.weight("ffn_latent_up", layer), chosen);
  return like("add", wide, denseFeedForward(builder, x, layer, { suffix: "_shexp", activation: "squared" }));
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
      return builder.optional("ffn_latent_down", layer) === undefined
        ? feedForward(builder, x, layer, { routing: ROUTING, activation: "squared" })
        : narrowExperts(builder, x, layer);
  }
}

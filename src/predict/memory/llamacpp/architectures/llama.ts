import { getRows, like, multiplyMatrix } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { embedTokens } from "./embedding.ts";
import { denseFeedForward, expertFeedForward } from "./feed-forward.ts";

/** Llama 1 to 3, Mistral, Mixtral, SmolLM and many others (src/models/llama.cpp; layers without rope as in smollm3.cpp). */
export const llama: Architecture = {
  name: "llama",
  build(builder) {
    let x = embedTokens(builder, false);
    const positions = builder.positions();
    const inputs = builder.cacheInputs("full");
    const outputRows = builder.outputRows();
    const last = builder.layers.length - 1;
    builder.layers.forEach((_, layer) => {
      let residual = x;
      let heads = projectHeads(builder, builder.norm(x, "attn_norm", layer), layer);
      if (builder.attention(layer).rope !== false) {
        const factors = builder.shared("rope_freqs", layer);
        const query = like("rope", heads.query, positions, factors);
        heads = { ...heads, query, key: like("rope", heads.key, positions, factors) };
      }
      let mixed = attend(builder, heads, inputs, layer, "query-value-key");
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        residual = getRows(residual, outputRows);
      }
      const inner = like("add", mixed, residual);
      x = like("add", feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer), inner);
    });
    const result = builder.norm(x, "output_norm");
    result.output = true;
    return multiplyMatrix(builder.weight("output")!, result);
  },
};

function feedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: kind } = builder.layers[layer]!;
  return kind.kind === "experts" ? expertFeedForward(builder, x, layer, kind) : denseFeedForward(builder, x, layer);
}

import type { Architecture } from "./architecture.ts";
import { compressedQuery, latentAttention, latentDraft } from "./deepseek2.ts";
import { draftBlock } from "./draft-block.ts";
import type { Routing } from "./experts.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { indexerInputs, maskOf, pickedTokens } from "./indexer.ts";
import { mixedDecoder } from "./mixed-decoder.ts";

/** DeepSeek 3.2 (src/models/deepseek32.cpp): attention looks at tokens that an indexer picked. */
export const deepseek32 = sparse("deepseek32", { normalized: "as-file" });

/** GLM 5 (src/models/glm-dsa.cpp): in some models layers share what the indexer of an earlier one picked. */
export const glmDsa = sparse("glm-dsa", { normalized: "as-file", usualGating: "sigmoid" });

function sparse(name: string, routing: Routing): Architecture {
  return {
    name,
    build(builder) {
      const positions = builder.positions();
      const cache = builder.cacheInputs("full");
      const inputs = indexerInputs(builder, builder.latent(0).indexer!);
      let picked: GraphTensor | undefined;
      return mixedDecoder(builder, {
        routing,
        mix: (x, layer) => {
          const latentQuery = compressedQuery(builder, x, layer);
          const { indexer } = builder.latent(layer);
          if (indexer !== undefined)
            picked = pickedTokens(builder, x, { latentQuery, positions }, layer, indexer, inputs);
          const last = picked!;
          const mask = (all: GraphTensor): GraphTensor => maskOf(all, last);
          return latentAttention(builder, x, { positions, factors: undefined, latentQuery, mask }, cache, layer);
        },
      });
    },
    buildDraft: (builder) =>
      draftBlock(builder, { mix: latentDraft, rows: "at end", normBeforeFeedForward: "ffn_norm", routing }),
  };
}

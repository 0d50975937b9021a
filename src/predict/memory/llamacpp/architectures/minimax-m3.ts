import { rotate } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads, writeKeys, writeValues, type Heads } from "./attention.ts";
import { blockInputs, toPickedBlocks, type BlockInputs } from "./block-indexer.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { mixedDecoder } from "./mixed-decoder.ts";
import { normedAndTurned } from "./rope.ts";

/**
 * MiniMax M3 (src/models/minimax-m3.cpp): behind the first layers attention looks at blocks of tokens that an indexer picked, one head of it
 * for each key-value head; without flash attention, and with several sequences in one cache, at all tokens.
 */
export const minimaxM3: Architecture = {
  name: "minimax-m3",
  grows: true,
  build(builder) {
    const positions = builder.positions();
    const cache = builder.cacheInputs("full");
    const { settings, sizes } = builder.request;
    const sparse = settings.flashAttention && (sizes.sequences === 1 || sizes.streams > 1);
    const found = builder.layers
      .map((_, layer) => builder.attention(layer).blocks)
      .find((blocks) => blocks !== undefined);
    const inputs = sparse && found !== undefined ? blockInputs(builder, found, cache) : undefined;
    return mixedDecoder(builder, {
      routing: { normalized: "as-file" },
      mix: (x, layer) => {
        const heads = normedAndTurned(builder, projectHeads(builder, x, layer), positions, layer);
        if (inputs === undefined || builder.attention(layer).blocks === undefined)
          return attend(builder, heads, cache, layer, { order: "query-value-key" });
        return sparseAttention(builder, x, heads, layer, { cache, inputs, positions });
      },
    });
  },
};

function sparseAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  { query, key, value }: Heads,
  layer: number,
  { cache, inputs, positions }: { cache: CacheInputs; inputs: BlockInputs; positions: GraphTensor },
): GraphTensor {
  const { graph } = builder;
  const scorer = inputs.query(x, positions, layer);
  const turned = (part: GraphTensor, by: GraphTensor | undefined): GraphTensor =>
    by === undefined ? part : rotate(part, by);
  const [q, k, v] = [
    turned(query, cache.keyRotation),
    turned(key, cache.keyRotation),
    turned(value, cache.valueRotation),
  ];
  for (const tensor of [q, k, v]) graph.expand(tensor);
  graph.expand(writeKeys(builder, k, cache, layer));
  graph.expand(writeValues(builder, v, cache, layer));
  const mixed = toPickedBlocks(builder, q, scorer, layer, inputs);
  return builder.project(turned(mixed, cache.valueRotation), "attn_output", layer);
}

import {
  contiguous,
  getRows,
  like,
  multiplyMatrix,
  permute,
  repeat,
  reshape,
  transpose,
  view,
} from "../graph/operations.ts";
import { rowBytes } from "../graph/element.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { mixValues, writeKeys } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward, outputLogits } from "./decoder.ts";
import { compressedQuery } from "./deepseek2.ts";
import { embedTokens } from "./embedding.ts";
import { kimiDelta } from "./kimi-delta.ts";
import { pickedPools, poolInputs, type PoolInputs } from "./pool-indexer.ts";
import { stateIndices } from "./recurrent-state.ts";
import { meanOf, mixOf } from "./residual-mixes.ts";

/**
 * GLM 5.3 Flash (src/models/glm5-next.cpp): four residual streams, Kimi's delta attention, and in every fourth layer latent attention
 * without positions to pools of tokens that an indexer picked. The engine has no graph for its appended block yet.
 */
export const glm5Next: Architecture = {
  name: "glm5-next",
  build(builder) {
    const embedded = embedTokens(builder);
    const [width, tokens] = embedded.shape;
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const indexed = builder.layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "mla");
    const pools = poolInputs(builder, indexed!.indexer!);
    const outputRows = builder.outputRows();
    const count = builder.request.geometry.residualStreams ?? 1;
    let streams = repeat(reshape(embedded, [width, 1, tokens]), [width, count, tokens]);
    let picked: GraphTensor | undefined;
    builder.layers.forEach(({ mixer }, layer) => {
      const before = mixOf(builder, streams, "attn", layer);
      const x = builder.norm(before.mixed, "attn_norm", layer);
      builder.graph.expand(x);
      let mixed: GraphTensor;
      if (mixer.kind === "mla") [mixed, picked] = sparseAttention(builder, x, layer, cache, pools, picked);
      else mixed = kimiDelta(builder, x, layer, indices, { gates: "two", decay: "negative bounded" });
      streams = before.spread(mixed);
      const inner = mixOf(builder, streams, "ffn", layer);
      const normed = builder.norm(inner.mixed, "ffn_norm", layer);
      const routing = { normalized: "as-file", usualGating: "sigmoid" } as const;
      streams = inner.spread(feedForward(builder, normed, layer, { routing }));
    });
    const rows = getRows(reshape(streams, [width * count, tokens]), outputRows);
    return outputLogits(builder, meanOf(reshape(rows, [width, count, rows.shape[1]])));
  },
};

/** The result, and what was picked for it, which layers without an indexer of their own look at too. */
function sparseAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  cache: CacheInputs,
  pools: PoolInputs,
  before: GraphTensor | undefined,
): [mixed: GraphTensor, picked: GraphTensor] {
  const { graph } = builder;
  const { heads, indexer, keyLength, latentLength, ropeLength } = builder.latent(layer);
  const tokens = x.shape[1];
  const plain = keyLength - ropeLength;
  const latentQuery = compressedQuery(builder, x, layer);
  const q = reshape(multiplyMatrix(builder.weight("attn_q_b", layer), latentQuery), [plain, heads, tokens]);
  const compressed = multiplyMatrix(builder.weight("attn_kv_a_mqa", layer), x);
  const key = reshape(builder.norm(compressed, "attn_kv_a_norm", layer), [latentLength, 1, tokens]);
  const apart = multiplyMatrix(builder.weight("attn_k_b", layer), permute(q, [0, 2, 1, 3]));
  const query = permute(apart, [0, 2, 1, 3]);
  const picked =
    indexer === undefined ? before! : pickedPools(builder, x, latentQuery, layer, indexer, pools, cache.mask);
  graph.expand(query);
  graph.expand(key);
  graph.expand(writeKeys(builder, key, cache, layer));
  const stored = builder.cache(layer).key;
  const [width, cells, streams] = stored.shape;
  const row = rowBytes(stored.type, width);
  const decompress = builder.weight("attn_v_b", layer);
  const output = (mixed: GraphTensor): GraphTensor => multiplyMatrix(builder.weight("attn_output", layer), mixed);
  if (pools.gathers) {
    graph.expand(cache.mask);
    const all = view(stored, [width, cells * streams], [row]);
    return [output(gathered(all, query, picked, pools, decompress)), picked];
  }
  const keys = view(stored, [width, 1, cells, streams], [row, row, rowBytes(stored.type, width * cells)]);
  const values = view(keys, keys.shape, keys.strides.slice(1));
  const mixed = mixValues(builder, query, keys, values, layer, {
    mask: reshape(picked, cache.mask.shape),
    valuesTransposed: false,
    decompress,
  });
  return [output(mixed), picked];
}

/** Attention to the keys that were picked alone, token by token. */
function gathered(
  stored: GraphTensor,
  query: GraphTensor,
  picked: GraphTensor,
  pools: PoolInputs,
  decompress: GraphTensor,
): GraphTensor {
  const [count, tokens] = picked.shape;
  const keys = reshape(getRows(stored, reshape(picked, [count * tokens])), [stored.shape[0], count, 1, tokens]);
  const scores = like("soft_max", multiplyMatrix(keys, permute(query, [0, 2, 3, 1])), pools.picked);
  const turned = transpose(keys);
  const values = multiplyMatrix(decompress, multiplyMatrix(contiguous(turned, turned.shape), scores));
  const [length, , heads] = values.shape;
  const apart = permute(values, [0, 2, 1, 3]);
  return reshape(contiguous(apart, apart.shape), [length * heads, tokens]);
}

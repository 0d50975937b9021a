import type { Indexer } from "../../../../facts/model/index.ts";
import { F16, F32, I64, rowBytes } from "../graph/element.ts";
import {
  contiguous,
  empty,
  input,
  lightningIndexer,
  like,
  multiplyMatrix,
  reshape,
  setRows,
  topOf,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** Inputs that all indexers of a graph share. */
export interface IndexerInputs {
  readonly rows: GraphTensor;
  readonly mask: GraphTensor;
  /** orthogonal matrix that queries and keys are turned by, whatever the cache's type */
  readonly rotation: GraphTensor;
}

export function indexerInputs({ request }: GraphBuilder, { length }: Indexer): IndexerInputs {
  const { cells, streams } = request.sizes;
  let size = 64;
  while (length % (2 * size) === 0) size *= 2;
  return {
    rows: input(I64, [request.tokens]),
    mask: input(F16, [cells, request.tokens / streams, 1, streams], "indexer mask"),
    rotation: input(F32, [size, size], "rotation matrix"),
  };
}

/**
 * Places of the tokens that attention will look at (src/models/deepseek32.cpp): a small attention of its own over keys kept apart, whose
 * scores are summed over its heads. `latentQuery` is the compressed query.
 */
export function pickedTokens(
  builder: GraphBuilder,
  x: GraphTensor,
  { latentQuery, positions }: { readonly latentQuery: GraphTensor; readonly positions: GraphTensor },
  layer: number,
  { heads, length, picks }: Indexer,
  inputs: IndexerInputs,
): GraphTensor {
  const { graph } = builder;
  const { streams } = builder.request.sizes;
  const all = x.shape[1];
  const tokens = all / streams;
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);
  const turned = (rows: GraphTensor, count: number): GraphTensor =>
    multiplyMatrix(inputs.rotation, like("rope", reshape(rows, [length, count, all]), positions));
  const queries = turned(product("indexer.attn_q_b", latentQuery), heads);
  const normed = builder.norm(product("indexer.attn_k", x), "indexer.k_norm", layer, true, "norm");
  const stored = builder.indexerKeys(layer);
  const [width, cells] = stored.shape;
  const row = rowBytes(stored.type, width);
  const key = turned(normed, 1);
  const merged = streams > 1 ? reshape(stored, [width, cells * streams]) : stored;
  graph.expand(setRows(merged, view(key, [length, all], [key.strides[2]]), inputs.rows));
  const weights = product("indexer.proj", x);
  const keys = view(stored, [length, 1, cells, streams], [row, row, row * cells]);
  const apart = view(
    queries,
    [length, heads, tokens, streams],
    [queries.strides[1], queries.strides[2], queries.strides[3] / streams],
  );
  const [, one, two] = weights.strides;
  const shares = like("scale", view(weights, [heads, tokens, 1, streams], [one, two / streams, two / streams]));
  const scores = lightningIndexer(apart, keys, shares, inputs.mask);
  const best = topOf(scores, Math.min(scores.shape[0], picks));
  return contiguous(best, best.shape);
}

/** A mask that leaves only what was picked (llama-graph.cpp, `build_attn` with `top_k`). */
export function maskOf(mask: GraphTensor, picked: GraphTensor): GraphTensor {
  const [cells, tokens, , streams] = mask.shape;
  const nothing = like("fill", mask);
  const [element, row, plane] = nothing.strides;
  const cellsApart = view(nothing, [1, cells, tokens, streams], [element, row, plane]);
  const [count, rows, , groups] = picked.shape;
  const indices = view(
    picked,
    [count, rows, groups, 1],
    [picked.strides[1], picked.strides[2], picked.strides[3] * groups],
  );
  const zeros = like("fill", empty(F32, [1, count, rows, groups]));
  const open = setRows(cellsApart, zeros, indices);
  const whole = view(open, [cells, tokens, 1, streams], [open.strides[2], open.strides[3], open.strides[3]]);
  return like("add", whole, mask);
}

import type { Indexer } from "../../../../facts/model/index.ts";
import { pad } from "../context.ts";
import { F16, F32, I32, I64, rowBytes } from "../graph/element.ts";
import {
  cast,
  concat,
  contiguous,
  empty,
  getRows,
  input,
  lightningIndexer,
  like,
  multiplyMatrix,
  permute,
  range,
  repeat,
  reshape,
  setRows,
  sortOrder,
  sumRows,
  topOf,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** Inputs that all indexers of a graph share. */
export interface PoolInputs {
  /** tokens of a pool, and pools picked */
  readonly size: number;
  readonly picks: number;
  readonly rows: GraphTensor;
  /** where each pool's key lies, which tokens are in it, which tokens see it */
  readonly cells: GraphTensor;
  readonly members: GraphTensor;
  readonly mask: GraphTensor;
  /** tokens behind the last whole pool */
  readonly tail: GraphTensor;
  /** which of the picked are there */
  readonly picked: GraphTensor;
  readonly newMembers: GraphTensor;
  readonly newRows: GraphTensor;
  /** small batches read what was picked instead of masking what was not */
  readonly gathers: boolean;
}

/** A micro-batch of at most so many tokens gathers. */
const GATHERED_TOKENS = 16;
/** pools are a multiple of this, of which the last is never used */
const POOLS = 64;

/** The reservation takes every cell of every sequence to be in a pool, and all pools to be new (src/models/glm5-next.cpp). */
export function poolInputs({ graph, request }: GraphBuilder, { picks, pool = 1 }: Indexer): PoolInputs {
  const { sizes, tokens } = request;
  const full = Math.floor(sizes.cells / pool) * sizes.sequences;
  const pools = Math.max(POOLS, pad(full + 1, POOLS));
  const fresh = Math.max(1, full);
  const most = Math.min(pools, picks / pool);
  const inputs: PoolInputs = {
    size: pool,
    picks: most,
    rows: input(I64, [tokens]),
    cells: input(I32, [pools]),
    members: input(I32, [pool, pools]),
    mask: input(F16, [pools, tokens], "indexer mask"),
    tail: input(I32, [pool - 1, tokens]),
    picked: input(F32, [pool * most + pool - 1, 1, 1, tokens]),
    newMembers: input(I32, [pool, fresh]),
    newRows: input(I64, [fresh]),
    gathers: sizes.microBatch <= GATHERED_TOKENS && sizes.context > picks + pool - 1,
  };
  for (const each of [inputs.cells, inputs.members, inputs.mask, inputs.tail, inputs.picked]) graph.expand(each);
  return inputs;
}

/** The tokens picked: their places where small batches gather, else a mask of all that leaves only them. */
export function pickedPools(
  builder: GraphBuilder,
  x: GraphTensor,
  latentQuery: GraphTensor,
  layer: number,
  indexer: Indexer,
  inputs: PoolInputs,
  mask: GraphTensor,
): GraphTensor {
  const { graph } = builder;
  const { heads, length } = indexer;
  const tokens = x.shape[1];
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);
  const queries = reshape(product("indexer.attn_q_b", latentQuery), [length, heads, tokens]);
  const pooled = pooledKeys(builder, x, layer, length, inputs);
  const weights = like("scale", product("indexer.proj", x));
  const scores = lightningIndexer(queries, pooled, weights, inputs.mask);
  const [pools] = scores.shape;
  const { picks, size } = inputs;
  const best = topOf(scores, picks);
  const bestScores = getRows(reshape(scores, [1, pools, tokens]), best);
  const order = sortOrder(reshape(bestScores, [picks, tokens]), I32);
  const sorted = reshape(getRows(reshape(cast(best, F32), [1, picks, tokens]), order), [picks, tokens]);
  const chosen = cast(contiguous(sorted, sorted.shape), I32);
  const members = getRows(inputs.members, reshape(chosen, [picks * tokens]));
  const places = concat(reshape(members, [size * picks, tokens]), inputs.tail);
  if (inputs.gathers) return places;
  graph.expand(places);
  return maskOfPlaces(places, inputs, mask);
}

/** Keys of all pools: those of new ones are made from their tokens' keys and stored beside the last of these. */
function pooledKeys(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  length: number,
  { size, rows, cells, newMembers, newRows }: PoolInputs,
): GraphTensor {
  const { graph } = builder;
  const tokens = x.shape[1];
  const product = (name: string): GraphTensor => multiplyMatrix(builder.weight(name, layer), x);
  const key = builder.norm(product("indexer.attn_k"), "indexer.k_norm", layer, true, "norm");
  const gate = product("indexer_compressor_gate");
  const packed = concat(concat(key, gate), like("fill", empty(F32, [length, tokens])));
  const stored = builder.indexerKeys(layer);
  const [width, perStream, streams] = stored.shape;
  const all = perStream * streams;
  const written = reshape(packed, [width, 1, tokens]);
  const merged = streams > 1 ? reshape(stored, [width, all]) : stored;
  graph.expand(setRows(merged, view(written, [width, tokens], [written.strides[2]]), rows));

  const row = rowBytes(stored.type, width);
  const keysAndGates = view(stored, [2 * length, all], [row]);
  const ofPools = view(stored, [length, all], [row]);
  const fresh = newMembers.shape[1];
  const read = reshape(getRows(keysAndGates, reshape(newMembers, [size * fresh])), [2 * length, size, fresh]);
  const half = (): GraphTensor => view(read, [length, size, fresh], [read.strides[1], read.strides[2]]);
  const alongPool = (tensor: GraphTensor): GraphTensor => {
    const turned = permute(tensor, [1, 0, 2, 3]);
    return contiguous(turned, turned.shape);
  };
  const [keys, gates] = [half(), half()];
  const logits = alongPool(like("add", gates, builder.weight("indexer_compressor_ape", layer)));
  const shares = like("soft_max", reshape(logits, [size, length * fresh]));
  const sums = sumRows(like("mul", reshape(shares, [size, length, fresh]), alongPool(keys)));
  graph.expand(setRows(ofPools, reshape(sums, [length, fresh]), newRows));
  return reshape(getRows(ofPools, cells), [length, 1, cells.shape[0]]);
}

/** What was not picked is struck out; picks that are none point behind the last cell. */
function maskOfPlaces(places: GraphTensor, { picked }: PoolInputs, mask: GraphTensor): GraphTensor {
  const [count, tokens] = places.shape;
  const [cells] = mask.shape;
  const filled = (length: number): GraphTensor => {
    const row = like("fill", empty(mask.type, [length]));
    return reshape(repeat(row, [length, tokens]), [1, length, tokens]);
  };
  const [nothing, zeros] = [filled(cells + count), filled(count)];
  const live = like("unary", reshape(picked, [count, tokens]));
  const behind = range(count);
  const moved = like("add", like("mul", like("sub", cast(places, F32), behind), live), behind);
  const open = setRows(nothing, zeros, reshape(cast(moved, I32), [count, tokens, 1]));
  return like("add", view(open, [cells, tokens], [open.strides[2]]), reshape(mask, [cells, tokens]));
}

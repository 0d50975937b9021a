import type { BlockIndexer } from "../../../../facts/model/index.ts";
import { pad } from "../context.ts";
import { F16, F32, I32, I64, rowBytes } from "../graph/element.ts";
import {
  addInPlace,
  cast,
  concat,
  contiguous,
  flashAttention,
  getRows,
  greatestOf,
  input,
  like,
  multiplyMatrix,
  permute,
  range,
  repeat,
  reshape,
  setRows,
  topOf,
  transpose,
  view,
} from "../graph/operations.ts";
import { isContiguous, type GraphTensor } from "../graph/tensor.ts";
import { cachedKeys, cachedValues, mergedStreams } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";

/** Inputs that all layers with picked blocks share (src/models/minimax-m3.cpp, `llm_graph_input_msa`). */
export interface BlockInputs {
  readonly indexer: BlockIndexer;
  /** of the micro-batch, and of each stream */
  readonly tokens: number;
  readonly each: number;
  readonly streams: number;
  /** positions that blocks are counted over, and how many blocks are picked */
  readonly positions: number;
  readonly picks: number;
  readonly bias: GraphTensor;
  readonly visible: GraphTensor;
  readonly slots: GraphTensor;
  /** slots as numbers to compute with, for one token a stream; else the block of every cell, and the mask in single precision */
  readonly slotNumbers: GraphTensor;
  readonly cellBlocks: GraphTensor;
  readonly mask: GraphTensor;
  /** the indexer's queries; its keys are stored on the way */
  readonly query: (x: GraphTensor, positions: GraphTensor, layer: number) => GraphTensor;
}

/** Positions that a reservation takes to be in the cache: it is empty then (`get_n_pos`). */
const RESERVED_POSITIONS = 256;

export function blockInputs(builder: GraphBuilder, indexer: BlockIndexer, cache: CacheInputs): BlockInputs {
  const { tokens, sizes, filled } = builder.request;
  const { cells, streams } = sizes;
  const positions = pad(filled ? cells : RESERVED_POSITIONS, indexer.size);
  const rows = input(I64, [tokens]);
  const { length, heads } = indexer;
  return {
    indexer,
    tokens,
    each: tokens / streams,
    streams,
    positions,
    picks: Math.min(indexer.picks, positions / indexer.size),
    bias: input(F32, [positions / indexer.size, tokens]),
    visible: input(F32, [positions, tokens]),
    slots: input(I32, [positions, streams]),
    slotNumbers: input(F32, [positions, streams]),
    cellBlocks: input(I32, [cells, streams]),
    mask: cast(cache.mask, F32),
    query: (x, turns, layer) => {
      const part = (name: string, count: number): GraphTensor => {
        const product = multiplyMatrix(builder.weight(`indexer.${name}_proj`, layer), x);
        const normed = builder.norm(reshape(product, [length, count, tokens]), `indexer.${name}_norm`, layer);
        return like("rope", normed, turns);
      };
      const [query, key] = [part("q", heads), part("k", 1)];
      const stored = mergedStreams(builder.indexerKeys(layer));
      builder.graph.expand(setRows(stored, view(key, [length, tokens], [key.strides[2]]), rows));
      return query;
    },
  };
}

/** Attention to the blocks picked, [heads x value length, tokens]. */
export function toPickedBlocks(
  builder: GraphBuilder,
  query: GraphTensor,
  scorer: GraphTensor,
  layer: number,
  inputs: BlockInputs,
): GraphTensor {
  const keys = indexedKeys(builder, layer);
  const [key, value] = [cachedKeys(builder, layer), cachedValues(builder, layer)];
  if (inputs.each === 1) return ofOneToken(query, scorer, { keys, key, value }, inputs);
  const streams = Array.from({ length: inputs.streams }, () =>
    ofOneStream(query, scorer, { keys, key, value }, inputs),
  );
  return streams.reduce((before, stream) => concat(before, stream, 1));
}

interface Cached {
  readonly keys: GraphTensor;
  readonly key: GraphTensor;
  readonly value: GraphTensor;
}

function indexedKeys(builder: GraphBuilder, layer: number): GraphTensor {
  const stored = builder.indexerKeys(layer);
  const [width, cells, streams] = stored.shape;
  const row = rowBytes(stored.type, width);
  return view(stored, [width, 1, cells, streams], [row, row, row * cells]);
}

/** Scores of all blocks: of each its best token's. */
function blockScores(scores: GraphTensor, visible: GraphTensor, bias: GraphTensor, size: number): GraphTensor {
  return like("add", greatestOf(addInPlace(scores, visible), size), bias);
}

/** Blocks that were not picked are masked, cell by cell and head by head. */
function ofOneStream(query: GraphTensor, scorer: GraphTensor, cached: Cached, inputs: BlockInputs): GraphTensor {
  const { indexer, each: tokens, positions, picks, bias, visible, slots, cellBlocks } = inputs;
  const { heads, length, size } = indexer;
  const count = positions / size;
  const [cells] = inputs.mask.shape;
  const queries = view(scorer, [length, heads, tokens], [scorer.strides[1], scorer.strides[2]]);
  const keys = view(cached.keys, [length, cells], [cached.keys.strides[2]]);
  const found = getRows(keys, view(slots, [positions]));
  const product = multiplyMatrix(found, reshape(queries, [length, heads * tokens]));
  const seen = view(visible, [positions, 1, tokens], [visible.strides[1], visible.strides[1]]);
  const biased = view(bias, [count, 1, tokens], [bias.strides[1], bias.strides[1]]);
  const scores = blockScores(reshape(product, [positions, heads, tokens]), seen, biased, size);
  const best = topOf(scores, picks);
  const rows = heads * tokens;
  const nothing = repeat(cast(like("scale", biased), F16), [count, heads, tokens]);
  const zeros = like("scale", cast(best, F32));
  const open = setRows(
    reshape(nothing, [1, count, rows]),
    reshape(zeros, [1, picks, rows]),
    reshape(best, [picks, rows]),
  );
  const byHead = permute(reshape(open, [count, heads, tokens]), [0, 2, 1, 3]);
  const blocks = contiguous(byHead, byHead.shape);
  const turned = transpose(reshape(blocks, [count, rows]));
  const ofCells = transpose(getRows(contiguous(turned, turned.shape), view(cellBlocks, [cells])));
  const expanded = reshape(contiguous(ofCells, ofCells.shape), [cells, tokens, heads]);
  const causal = view(inputs.mask, [cells, tokens, 1], [inputs.mask.strides[1], inputs.mask.strides[3]]);
  const mask = cast(reshape(addInPlace(expanded, causal), [cells, tokens, 1, heads]), F16);
  const stream = (all: GraphTensor): GraphTensor => view(all, [...all.shape.slice(0, 3), 1], all.strides.slice(1));
  const [key, value] = [cached.key, cached.value].map((all) => permute(stream(all), [0, 3, 1, 2]));
  const own = view(query, [query.shape[0], query.shape[1], tokens], [query.strides[1], query.strides[2]]);
  return byGroups(own, key!, value!, mask, heads);
}

/** One token a stream: what was picked is read from the cache. */
function ofOneToken(query: GraphTensor, scorer: GraphTensor, cached: Cached, inputs: BlockInputs): GraphTensor {
  const { indexer, streams, positions, picks, bias, visible, slots, slotNumbers } = inputs;
  const { heads, length, size } = indexer;
  const count = positions / size;
  const { keys, key, value } = cached;
  const cells = key.shape[2];
  const found = getRows(view(keys, [length, cells, streams], [keys.strides[2], keys.strides[3]]), slots);
  const product = multiplyMatrix(
    reshape(found, [length, positions, 1, streams]),
    reshape(scorer, [length, heads, 1, streams]),
  );
  const seen = reshape(visible, [positions, 1, 1, streams]);
  const best = topOf(blockScores(product, seen, reshape(bias, [count, 1, 1, streams]), size), picks);
  const first = reshape(like("scale", cast(best, F32)), [1, picks, heads, streams]);
  const places = like("add", repeat(first, [size, picks, heads, streams]), reshape(range(size), [size, 1, 1]));
  const flat = [size * picks * heads, streams];
  const tokens = cast(reshape(places, flat), I32);
  const slotsOf = getRows(reshape(slotNumbers, [1, positions, streams]), tokens);
  const scaled = like("scale", reshape(slotsOf, [size, picks, heads, streams]));
  const rows = cast(reshape(like("add", scaled, reshape(range(heads), [1, 1, heads])), flat), I32);
  const read = (all: GraphTensor): GraphTensor => {
    const each = getRows(view(all, [all.shape[0], heads * cells, streams], [all.strides[1], all.strides[3]]), rows);
    return reshape(each, [all.shape[0], size * picks, 1, heads * streams]);
  };
  const shown = getRows(reshape(visible, [1, positions, streams]), tokens);
  const half = (part: GraphTensor, type = part.type): GraphTensor =>
    type === F32 ? part : cast(part, type.quantized ? F16 : type);
  const [keysRead, valuesRead] = [half(read(key), key.type), half(read(value), value.type)];
  const mask = cast(reshape(shown, [size * picks, 1, 1, heads * streams]), F16);
  return byGroups(query, keysRead, valuesRead, mask, heads);
}

/** One attention for all groups of heads: they stand where streams stand elsewhere. */
function byGroups(
  query: GraphTensor,
  key: GraphTensor,
  value: GraphTensor,
  mask: GraphTensor,
  groups: number,
): GraphTensor {
  const [length, heads, tokens] = query.shape;
  const group = heads / groups;
  const channels = key.shape[3];
  const rows = (heads * tokens) / (group * channels);
  const apart = permute(reshape(query, [length, group, channels, rows]), [0, 2, 3, 1]);
  const attended = permute(flashAttention(apart, key, value, mask), [0, 1, 3, 2]);
  const flat = isContiguous(attended) ? attended : contiguous(attended, attended.shape);
  return reshape(flat, [length * heads, tokens]);
}

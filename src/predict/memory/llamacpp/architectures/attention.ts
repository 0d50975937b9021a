import {
  cast,
  contiguous,
  copyInto,
  flashAttention,
  like,
  multiplyMatrix,
  padRows,
  permute,
  reshape,
  rotate,
  setRows,
  transpose,
  view,
} from "../graph/operations.ts";
import { F16, F32, rowBytes } from "../graph/element.ts";
import { elements, type GraphTensor } from "../graph/tensor.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";

/** Queries, keys and values of a layer, [head length, heads, tokens] each. */
export interface Heads {
  readonly query: GraphTensor;
  readonly key: GraphTensor;
  readonly value: GraphTensor;
}

/** What attention has besides queries, keys and values. */
export interface AttentionParts {
  /** in which the heads enter the graph: it differs between models with and without windows */
  readonly order: "query-value-key" | "query-key-value";
  /** scores are kept within bounds before the softmax */
  readonly softCap?: boolean;
  /** a score every head always has */
  readonly sinks?: GraphTensor | undefined;
  /** what is done to the weighted values before the output projection */
  readonly beforeOutput?: (mixed: GraphTensor) => GraphTensor;
}

/** The three projections (llama-graph.cpp, `build_qkv`): three products, or three views of one. */
export function projectHeads(builder: GraphBuilder, x: GraphTensor, layer: number): Heads {
  const { heads, kvHeads, keyLength, valueLength } = builder.attention(layer);
  const tokens = x.shape[1];
  if (builder.optional("attn_qkv", layer) !== undefined) {
    const all = builder.project(x, "attn_qkv", layer);
    const part = (length: number, count: number): GraphTensor =>
      view(all, [length, count, tokens], [rowBytes(all.type, length), all.strides[1]]);
    return { query: part(keyLength, heads), key: part(keyLength, kvHeads), value: part(valueLength, kvHeads) };
  }
  const query = builder.project(x, "attn_q", layer);
  const key = builder.project(x, "attn_k", layer);
  const value = builder.project(x, "attn_v", layer);
  return {
    query: reshape(query, [keyLength, heads, tokens]),
    key: reshape(key, [keyLength, kvHeads, tokens]),
    value: reshape(value, [valueLength, kvHeads, tokens]),
  };
}

/**
 * Attention through the cache (llama-graph.cpp, `build_attn`): rotation for a quantised cache, the cache's write, attention over
 * the whole cache, the output projection. A layer that reads another's cache has queries alone.
 */
export function attend(
  builder: GraphBuilder,
  { query, key, value }: Pick<Heads, "query"> & Partial<Heads>,
  inputs: CacheInputs,
  layer: number,
  parts: AttentionParts,
): GraphTensor {
  const { graph } = builder;
  const q = inputs.keyRotation === undefined ? query : rotate(query, inputs.keyRotation);
  const k = key === undefined || inputs.keyRotation === undefined ? key : rotate(key, inputs.keyRotation);
  const v = value === undefined || inputs.valueRotation === undefined ? value : rotate(value, inputs.valueRotation);
  for (const tensor of parts.order === "query-value-key" ? [q, v, k] : [q, k, v]) {
    if (tensor !== undefined) graph.expand(tensor);
  }
  if (k !== undefined) graph.expand(writeKeys(builder, k, inputs, layer));
  if (v !== undefined) graph.expand(writeValues(builder, v, inputs, layer));
  const mixed = mix(builder, q, inputs, layer, parts);
  graph.expand(mixed);
  const turnedBack = inputs.valueRotation === undefined ? mixed : rotate(mixed, inputs.valueRotation);
  const done = parts.beforeOutput === undefined ? turnedBack : parts.beforeOutput(turnedBack);
  return builder.project(done, "attn_output", layer);
}

export function writeKeys(builder: GraphBuilder, key: GraphTensor, inputs: CacheInputs, layer: number): GraphTensor {
  const cache = builder.cache(layer).key;
  if (inputs.keyRows === undefined) return copyInto(rowsOf(cache, key), key);
  const rows = view(key, [key.shape[0] * key.shape[1], key.shape[2]], [key.strides[2]]);
  return setRows(mergedStreams(cache), rows, inputs.keyRows);
}

export function writeValues(
  builder: GraphBuilder,
  value: GraphTensor,
  inputs: CacheInputs,
  layer: number,
): GraphTensor {
  const cache = builder.cache(layer).value;
  const width = value.shape[0] * value.shape[1];
  const transposed = builder.request.settings.valuesTransposed;
  if (inputs.valueRows === undefined) {
    if (!transposed) return copyInto(rowsOf(cache, value), value);
    const columns = view(cache, [value.shape[2], width], [rowBytes(cache.type, cache.shape[1])]);
    return copyInto(columns, transpose(reshape(value, [width, value.shape[2]])));
  }
  if (!transposed) {
    return setRows(mergedStreams(cache), view(value, [width, value.shape[2]], [value.strides[2]]), inputs.valueRows);
  }
  // every element is a row of its own; values that lie apart (cut out of one product) are put together first
  const tokens = [width, value.shape[2]];
  const together =
    value.strides[2] === rowBytes(value.type, width) ? reshape(value, tokens) : contiguous(value, tokens);
  const flat = width < cache.shape[0] ? padRows(together, cache.shape[0]) : together;
  return setRows(
    reshape(cache, [1, elements(cache.shape)]),
    reshape(flat, [1, elements(flat.shape)]),
    inputs.valueRows,
  );
}

/** The cells that as many tokens take. */
function rowsOf(cache: GraphTensor, tokens: GraphTensor): GraphTensor {
  return view(cache, [cache.shape[0], tokens.shape[2]], [cache.strides[1]]);
}

/** Rows are counted over all streams. */
export function mergedStreams(cache: GraphTensor): GraphTensor {
  return cache.shape[2] > 1 ? reshape(cache, [cache.shape[0], cache.shape[1] * cache.shape[2]]) : cache;
}

/** Weighted values of a layer's own cache, [heads x value length, tokens]. */
function mix(
  builder: GraphBuilder,
  query: GraphTensor,
  inputs: CacheInputs,
  layer: number,
  parts: AttentionParts,
): GraphTensor {
  const { valuesTransposed } = builder.request.settings;
  return mixValues(builder, query, cachedKeys(builder, layer), cachedValues(builder, layer), layer, {
    ...parts,
    mask: inputs.mask,
    valuesTransposed,
  });
}

export interface MixParts extends Pick<AttentionParts, "softCap" | "sinks"> {
  readonly mask: GraphTensor;
  readonly valuesTransposed: boolean;
  /** matrices that turn a compressed value into one a head (latent attention) */
  readonly decompress?: GraphTensor;
}

/** Weighted values, [heads x value length, tokens] (llama-graph.cpp, `build_attn_mha`). */
export function mixValues(
  builder: GraphBuilder,
  query: GraphTensor,
  keys: GraphTensor,
  values: GraphTensor,
  layer: number,
  { mask, sinks, softCap, valuesTransposed, decompress }: MixParts,
): GraphTensor {
  const { settings } = builder.request;
  const [, , , streams] = keys.shape;
  const tokens = query.shape[2] / streams;
  const perStream = [query.shape[0], query.shape[1], tokens, streams];
  const [q, key, value] = [
    view(query, perStream, [query.strides[1], query.strides[2], query.strides[2] * tokens]),
    keys,
    values,
  ].map(swapHeads);
  if (settings.flashAttention) {
    let attended = flashAttention(q!, halfPrecision(key!), halfPrecision(value!), mask, sinks);
    builder.attended.push({ node: attended, layer });
    if (decompress !== undefined) {
      const apart = swapHeads(multiplyMatrix(decompress, swapHeads(attended)));
      attended = contiguous(apart, apart.shape);
    }
    const [length, heads, rows, all] = attended.shape;
    return reshape(attended, [length * heads, rows * all]);
  }
  const products = multiplyMatrix(key!, q!);
  const capped = softCap === true ? like("scale", like("unary", like("scale", products))) : products;
  const scores = like("soft_max", capped, mask, sinks);
  let mixed = multiplyMatrix(valuesTransposed ? value! : contiguousTransposed(value!), scores);
  if (decompress !== undefined) mixed = multiplyMatrix(decompress, mixed);
  const weighted = swapHeads(mixed);
  const flat = contiguous(weighted, [weighted.shape[0] * weighted.shape[1], weighted.shape[2] * weighted.shape[3]]);
  builder.request.pinToHost?.(flat);
  return flat;
}

/** Flash attention takes no single precision: such a cache is cast first. */
function halfPrecision(cached: GraphTensor): GraphTensor {
  return cached.type === F32 ? cast(cached, F16) : cached;
}

/** Heads and tokens change places. */
function swapHeads(tensor: GraphTensor): GraphTensor {
  return permute(tensor, [0, 2, 1, 3]);
}

/** Values of a cache laid out for flash attention, turned for a product. */
function contiguousTransposed(value: GraphTensor): GraphTensor {
  const turned = transpose(value);
  return contiguous(turned, turned.shape);
}

export function cachedKeys(builder: GraphBuilder, layer: number): GraphTensor {
  const { kvHeads, keyLength } = builder.attention(layer);
  const { key } = builder.cache(layer);
  const [width, cells, streams] = key.shape;
  const shape = [keyLength, kvHeads, cells, streams];
  return view(key, shape, [
    rowBytes(key.type, keyLength),
    rowBytes(key.type, width),
    rowBytes(key.type, width * cells),
  ]);
}

export function cachedValues(builder: GraphBuilder, layer: number): GraphTensor {
  const { kvHeads, valueLength } = builder.attention(layer);
  const { value } = builder.cache(layer);
  const [width, cells, streams] = value.shape;
  const all = rowBytes(value.type, width * cells);
  if (!builder.request.settings.valuesTransposed) {
    const strides = [rowBytes(value.type, valueLength), rowBytes(value.type, width), all];
    return view(value, [valueLength, kvHeads, cells, streams], strides);
  }
  const strides = [rowBytes(value.type, cells * valueLength), rowBytes(value.type, cells), all];
  return view(value, [cells, kvHeads, valueLength, streams], strides);
}

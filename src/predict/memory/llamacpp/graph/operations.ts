import { F32, I32, type ElementType } from "./element.ts";
import { GraphTensor, denseStrides, elements, isContiguous, type Shape, type LowRankPair } from "./tensor.ts";

// The engine's operations as far as memory goes: which shape comes out, what is read, what is a view of what.

/** A tensor the caller fills before the graph runs. */
export function input(type: ElementType, shape: readonly number[], name = "input"): GraphTensor {
  const tensor = new GraphTensor("none", type, fill(shape), []);
  tensor.name = name;
  tensor.input = true;
  return tensor;
}

export function getRows(table: GraphTensor, indices: GraphTensor): GraphTensor {
  const shape = [table.shape[0], indices.shape[0], indices.shape[1], indices.shape[2]] as const;
  const found = new GraphTensor("get_rows", table.type === I32 ? I32 : F32, shape, [table, indices]);
  return isAdapted(table) ? adaptedRows(found, table, indices) : found;
}

export function multiplyMatrix(matrix: GraphTensor, by: GraphTensor): GraphTensor {
  const shape = [matrix.shape[1], by.shape[1], by.shape[2], by.shape[3]] as const;
  const product = new GraphTensor("mul_mat", F32, shape, [matrix, by]);
  return isAdapted(matrix) ? adaptedProduct(product, matrix, by) : product;
}

/** The product with the matrices of chosen experts: `ids` is [experts used, tokens]. */
export function multiplyExperts(matrices: GraphTensor, by: GraphTensor, ids: GraphTensor): GraphTensor {
  const shape = [matrices.shape[1], ids.shape[0], by.shape[2], 1] as const;
  const product = new GraphTensor("mul_mat_id", F32, shape, [matrices, by, ids]);
  return isAdapted(matrices) ? adaptedExperts(product, matrices, by, ids) : product;
}

// apart from the above, which are asked for most: a function that makes another costs, even where it does not come to it

function adaptedRows(found: GraphTensor, table: GraphTensor, indices: GraphTensor): GraphTensor {
  return adapted(found, table, ({ a, b }) => multiplyMatrix(b, getRows(a, indices)));
}

function adaptedProduct(product: GraphTensor, matrix: GraphTensor, by: GraphTensor): GraphTensor {
  return adapted(product, matrix, ({ a, b }) => multiplyMatrix(b, multiplyMatrix(a, by)));
}

function adaptedExperts(product: GraphTensor, matrices: GraphTensor, by: GraphTensor, ids: GraphTensor): GraphTensor {
  return adapted(product, matrices, ({ a, b }) => multiplyExperts(b, multiplyExperts(a, by, ids), ids));
}

function isAdapted({ adapters }: GraphTensor): boolean {
  return adapters !== undefined && adapters.length > 0;
}

/** What adapters add to a result (llama-graph.cpp, `build_lora_mm`), one after the other. */
function adapted(
  result: GraphTensor,
  { adapters = [] }: GraphTensor,
  change: (pair: LowRankPair) => GraphTensor,
): GraphTensor {
  return adapters.reduce((sum, pair) => like("add", sum, like("scale", change(pair))), result);
}

/** An operation whose result has the shape of its first operand. */
export function like(
  operation:
    | "add"
    | "mul"
    | "div"
    | "scale"
    | "sqr"
    | "sqrt"
    | "sub"
    | "fill"
    | "l2_norm"
    | "norm"
    | "rms_norm"
    | "rope"
    | "soft_max"
    | "glu"
    | "unary"
    | "sine"
    | "dup"
    | "clamp"
    | "cont",
  first: GraphTensor,
  ...rest: (GraphTensor | undefined)[]
): GraphTensor {
  return new GraphTensor(operation, first.type, first.shape, [first, ...rest]);
}

/** Gate and up side by side in one tensor: the product has half its width. */
export function gluOfHalves(both: GraphTensor): GraphTensor {
  return new GraphTensor("glu", both.type, [both.shape[0] / 2, both.shape[1], both.shape[2], both.shape[3]], [both]);
}

/** The bias of each chosen expert: `biases` is [width, experts], `ids` [experts used, tokens]. */
export function addForExperts(tensor: GraphTensor, biases: GraphTensor, ids: GraphTensor): GraphTensor {
  return new GraphTensor("add_id", tensor.type, tensor.shape, [tensor, biases, ids]);
}

/** Two tensors one behind the other along a dimension, the first unless said. */
export function concat(first: GraphTensor, second: GraphTensor, dimension: 0 | 1 | 2 = 0): GraphTensor {
  const [a, b, c, d] = first.shape;
  const more = second.shape[dimension];
  const shape: Shape =
    dimension === 0 ? [a + more, b, c, d] : dimension === 1 ? [a, b + more, c, d] : [a, b, c + more, d];
  return new GraphTensor("concat", first.type, shape, [first, second]);
}

/** One number a row: its elements' sum, or their mean. */
export function sumRows(tensor: GraphTensor, operation: "sum_rows" | "mean" = "sum_rows"): GraphTensor {
  return new GraphTensor(operation, tensor.type, [1, tensor.shape[1], tensor.shape[2], tensor.shape[3]], [tensor]);
}

export function sortOrder(tensor: GraphTensor, type: ElementType): GraphTensor {
  return new GraphTensor("argsort", type, tensor.shape, [tensor]);
}

/** The same bytes in another shape. */
export function reshape(tensor: GraphTensor, shape: readonly number[]): GraphTensor {
  return new GraphTensor("reshape", tensor.type, fill(shape), [tensor], { owner: tensor.owner ?? tensor });
}

/** A window into a tensor: its shape, and the strides of dimensions 1 to 3. */
export function view(tensor: GraphTensor, shape: readonly number[], strides: readonly number[] = []): GraphTensor {
  const full = fill(shape);
  const dense = denseStrides(tensor.type, full);
  const one = strides[0] ?? dense[1];
  const two = strides[1] ?? one * full[1];
  const three = strides[2] ?? two * full[2];
  return new GraphTensor("view", tensor.type, full, [tensor], {
    owner: tensor.owner ?? tensor,
    strides: [tensor.strides[0], one, two, three],
  });
}

/** Dimension i of the tensor becomes dimension `order[i]`. */
export function permute(tensor: GraphTensor, order: Shape): GraphTensor {
  const shape: [number, number, number, number] = [1, 1, 1, 1];
  const strides: [number, number, number, number] = [0, 0, 0, 0];
  for (let dimension = 0; dimension < 4; dimension++) {
    shape[order[dimension]!] = tensor.shape[dimension]!;
    strides[order[dimension]!] = tensor.strides[dimension]!;
  }
  return new GraphTensor("permute", tensor.type, shape, [tensor], { owner: tensor.owner ?? tensor, strides });
}

export function transpose(tensor: GraphTensor): GraphTensor {
  const [a, b, c, d] = tensor.shape;
  const [w, x, y, z] = tensor.strides;
  return new GraphTensor("transpose", tensor.type, [b, a, c, d], [tensor], {
    owner: tensor.owner ?? tensor,
    strides: [x, w, y, z],
  });
}

/** A copy without gaps, in the given shape. */
export function contiguous(tensor: GraphTensor, shape: readonly number[]): GraphTensor {
  return new GraphTensor("cont", tensor.type, fill(shape), [tensor]);
}

/** A copy in another element type. */
export function cast(tensor: GraphTensor, type: ElementType): GraphTensor {
  return new GraphTensor("cpy", type, tensor.shape, [tensor]);
}

/** Writes `values` into the memory that `target` views, and stands for it afterwards. */
export function copyInto(target: GraphTensor, values: GraphTensor): GraphTensor {
  return new GraphTensor("cpy", target.type, target.shape, [values, target], {
    owner: target.owner ?? target,
    strides: target.strides,
  });
}

/** Writes rows into `target` where `indices` say, and stands for the target afterwards. */
export function setRows(target: GraphTensor, values: GraphTensor, indices: GraphTensor): GraphTensor {
  return new GraphTensor("set_rows", target.type, target.shape, [values, indices, target], {
    owner: target.owner ?? target,
    strides: target.strides,
  });
}

/** Multiplies what `target` views where it lies. */
export function scaleInPlace(target: GraphTensor): GraphTensor {
  return new GraphTensor("scale", target.type, target.shape, [target], {
    owner: target.owner ?? target,
    strides: target.strides,
  });
}

/** Rows made longer by zeros, and more of them. */
export function padRows(tensor: GraphTensor, length: number, more = 0): GraphTensor {
  const [, b, c, d] = tensor.shape;
  return new GraphTensor("pad", tensor.type, [length, b + more, c, d], [tensor]);
}

/** The tensor over and over until it fills `shape`. */
export function repeat(tensor: GraphTensor, shape: readonly number[]): GraphTensor {
  return new GraphTensor("repeat", tensor.type, fill(shape), [tensor]);
}

/** A row of numbers that holds `length` results of an operation over all its sources. */
export function rowOfResults(
  operation: "gated_delta_net" | "ssm_scan",
  length: number,
  sources: readonly GraphTensor[],
): GraphTensor {
  return new GraphTensor(operation, F32, [length, 1, 1, 1], [...sources]);
}

/** A short convolution along tokens: `padded` is [tokens + kernel - 1, channels, sequences]. */
export function shortConvolution(padded: GraphTensor, kernel: GraphTensor): GraphTensor {
  const tokens = padded.shape[0] - kernel.shape[0] + 1;
  return new GraphTensor("ssm_conv", F32, [padded.shape[1], tokens, padded.shape[2], 1], [padded, kernel]);
}

export function flashAttention(
  query: GraphTensor,
  key: GraphTensor,
  value: GraphTensor,
  mask: GraphTensor | undefined,
  sinks?: GraphTensor,
): GraphTensor {
  const shape: Shape = [value.shape[0], query.shape[2], query.shape[1], query.shape[3]];
  return new GraphTensor("flash_attn_ext", F32, shape, [query, key, value, mask, sinks]);
}

/** Rotation of every head by an orthogonal matrix, as is done before a cache is quantised. */
export function rotate(tensor: GraphTensor, matrix: GraphTensor): GraphTensor {
  const flat = [matrix.shape[0], elements(tensor.shape) / matrix.shape[0]];
  const rowsOf = isContiguous(tensor) ? reshape(tensor, flat) : contiguous(tensor, flat);
  return reshape(multiplyMatrix(matrix, rowsOf), tensor.shape);
}

function fill(shape: readonly number[]): Shape {
  return [shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1, shape[3] ?? 1];
}

/** Scores of all cached keys for every token (`ggml_lightning_indexer`), [cells, tokens, 1, streams]. */
export function lightningIndexer(
  query: GraphTensor,
  keys: GraphTensor,
  weights: GraphTensor,
  mask: GraphTensor,
): GraphTensor {
  const shape: Shape = [keys.shape[2], query.shape[2], 1, query.shape[3]];
  return new GraphTensor("lightning_indexer", F32, shape, [query, keys, weights, mask]);
}

/** One stream of several, weighed: `streams` is [width, count, tokens], `shares` [count, tokens] (`ggml_dsv4_hc_pre`). */
export function mixStreams(streams: GraphTensor, shares: GraphTensor): GraphTensor {
  return new GraphTensor("mix_streams", F32, [streams.shape[0], streams.shape[2], 1, 1], [streams, shares]);
}

/** Which share of every stream goes into which, [count, count, tokens] (`ggml_dsv4_hc_comb`). */
export function mixShares(mixes: GraphTensor, scale: GraphTensor, base: GraphTensor, count: number): GraphTensor {
  return new GraphTensor("mix_shares", F32, [count, count, mixes.shape[1], 1], [mixes, scale, base]);
}

/** What was made of a mix, spread over the streams it came from, which are mixed among one another (`ggml_dsv4_hc_post`). */
export function spreadStreams(
  x: GraphTensor,
  streams: GraphTensor,
  shares: GraphTensor,
  among: GraphTensor,
): GraphTensor {
  return new GraphTensor("spread_streams", F32, streams.shape, [x, streams, shares, among]);
}

/** Adds to what `target` views where it lies. */
export function addInPlace(target: GraphTensor, other: GraphTensor): GraphTensor {
  return new GraphTensor("add", target.type, target.shape, [target, other], {
    owner: target.owner ?? target,
    strides: target.strides,
  });
}

/** The greatest of every so many elements of a row. */
export function greatestOf(rows: GraphTensor, size: number): GraphTensor {
  const [length, b, c, d] = rows.shape;
  return new GraphTensor("pool", F32, [Math.floor(length / size), b, c, d], [rows]);
}

/** Numbers one after the other. */
export function range(count: number): GraphTensor {
  return new GraphTensor("arange", F32, [count, 1, 1, 1], []);
}

/** Places of the greatest few of every row. */
export function topOf(tensor: GraphTensor, count: number): GraphTensor {
  const [, b, c, d] = tensor.shape;
  return new GraphTensor("top_k", I32, [count, b, c, d], [tensor]);
}

/** Memory that nothing was written to. */
export function empty(type: ElementType, shape: readonly number[]): GraphTensor {
  return new GraphTensor("none", type, fill(shape), []);
}

import {
  concat,
  contiguous,
  like,
  multiplyMatrix,
  permute,
  repeat,
  reshape,
  sumRows,
  transpose,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

// Gemma 3n has several residual streams, [width, tokens, streams], of which one is active in a layer; the others are predicted and
// corrected (src/models/gemma3n.cpp, `altup_*`).

/** One stream. */
export function stream(streams: GraphTensor): GraphTensor {
  return view(streams, [streams.shape[0], streams.shape[1]], [streams.strides[1]]);
}

/** All streams but the first. */
export function otherStreams(streams: GraphTensor): GraphTensor {
  const [width, tokens, count] = streams.shape;
  return view(streams, [width, tokens, count - 1], [streams.strides[1], streams.strides[2]]);
}

function magnitude(x: GraphTensor): GraphTensor {
  return like("sqrt", sumRows(like("sqr", x)));
}

/** `projected`, as long as `like` is. */
function asLongAs(projected: GraphTensor, target: GraphTensor): GraphTensor {
  const now = magnitude(projected);
  return like("div", like("mul", projected, target), now);
}

/** All streams from the embeddings: the others are projections of the first, as long as it is. */
export function startStreams(builder: GraphBuilder, x: GraphTensor): GraphTensor {
  const matrices = builder.weight("altup_proj");
  const target = magnitude(x);
  const repeated = repeat(x, [x.shape[0], x.shape[1], matrices.shape[2]]);
  return concat(x, asLongAs(multiplyMatrix(matrices, repeated), target), 2);
}

/** The mean of all streams, the others brought back by matrices of their own. */
export function joinStreams(builder: GraphBuilder, streams: GraphTensor): GraphTensor {
  const target = magnitude(stream(streams));
  const product = multiplyMatrix(builder.weight("altup_unembd_proj"), otherStreams(streams));
  const others = asLongAs(product, target);
  let sum = stream(streams);
  for (let other = 0; other < others.shape[2]; other++) sum = like("add", sum, stream(others));
  return like("scale", sum);
}

/** What every stream will be behind this layer, from what the active one is now. */
export function predictStreams(builder: GraphBuilder, streams: GraphTensor, layer: number): GraphTensor {
  const [, tokens, count] = streams.shape;
  const coefficients = builder.project(modalities(builder, stream(streams), layer), "altup_predict_coef", layer);
  const square = reshape(coefficients, [count, count, tokens]);
  const byElement = permute(streams, [1, 2, 0, 3]);
  const predicted = multiplyMatrix(contiguous(byElement, byElement.shape), square);
  const turned = permute(predicted, [0, 2, 1, 3]);
  return like("add", contiguous(turned, turned.shape), streams);
}

/** The predictions, each with its share of what the layer gave more than was predicted. */
export function correctStreams(
  builder: GraphBuilder,
  predictions: GraphTensor,
  active: GraphTensor,
  layer: number,
): GraphTensor {
  const [, tokens, count] = predictions.shape;
  const chosen = modalities(builder, active, layer);
  const innovation = like("sub", active, stream(predictions));
  const coefficients = transpose(like("scale", builder.project(chosen, "altup_correct_coef", layer)));
  const shares = contiguous(coefficients, [1, tokens, count]);
  const corrected = like("mul", repeat(innovation, predictions.shape), shares);
  return like("add", corrected, predictions);
}

function modalities(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const normed = like("scale", builder.norm(x, "altup_router_norm", layer));
  return like("unary", multiplyMatrix(builder.weight("altup_router", layer), normed));
}

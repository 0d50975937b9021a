import { I32 } from "../graph/element.ts";
import { contiguous, getRows, input, like, multiplyMatrix, permute, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/**
 * Small Gemma models give every layer an input of its own: a token's rows of another embedding and a projection of the usual one,
 * added and turned to [length, tokens, layers]. Undefined for models without.
 */
export function layerInputs(builder: GraphBuilder, x: GraphTensor): GraphTensor | undefined {
  const table = builder.optional("per_layer_token_embd");
  if (table === undefined) return undefined;
  const layers = builder.layers.length;
  const [, tokens] = x.shape;
  const length = table.shape[0] / layers;
  const rows = getRows(table, input(I32, [tokens]));
  const embedded = like("scale", reshape(rows, [length, layers, tokens]));
  builder.graph.expand(embedded);
  const projected = like("scale", multiplyMatrix(builder.weight("per_layer_model_proj"), x));
  const normed = builder.norm(reshape(projected, [length, layers, tokens]), "per_layer_proj_norm");
  const turned = permute(like("scale", like("add", normed, embedded)), [0, 2, 1, 3]);
  return contiguous(turned, turned.shape);
}

/** Adds what a layer's own input gives: a gate from the result so far, times the input, brought back to the full width. */
export function withLayerInput(
  builder: GraphBuilder,
  x: GraphTensor,
  inputs: GraphTensor | undefined,
  layer: number,
  rows: GraphTensor | undefined,
): GraphTensor {
  if (inputs === undefined) return x;
  const gate = like("unary", multiplyMatrix(builder.weight("inp_gate", layer), x));
  const all = view(inputs, [inputs.shape[0], inputs.shape[1]], [inputs.strides[1]]);
  const own = rows === undefined ? all : getRows(all, rows);
  const back = multiplyMatrix(builder.weight("proj", layer), like("mul", gate, own));
  return like("add", x, builder.norm(back, "post_norm", layer));
}

import {
  concat,
  contiguous,
  copyInto,
  like,
  multiplyMatrix,
  reshape,
  rowOfResults,
  shortConvolution,
  transpose,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { unitLength } from "./gated-delta-net.ts";
import { sequenceStates, storeStates, type StateIndices } from "./recurrent-state.ts";

/** Kimi's delta attention (src/models/kimi-linear.cpp): a delta net whose decay differs by element, each input convolved by itself. */
export function kimiDelta(builder: GraphBuilder, x: GraphTensor, layer: number, indices: StateIndices): GraphTensor {
  const { graph } = builder;
  const { convolutionKernel, innerLength, stateLength: length, valueHeads: heads } = builder.recurrent(layer);
  const sequences = builder.request.sizes.sequences;
  const all = x.shape[1];
  const tokens = all / sequences;
  const each = [length, heads, tokens, sequences];
  const kept = convolutionKernel - 1;
  const stored = builder.state(layer);
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);

  const before = sequenceStates(builder, stored.convolution, indices);
  const strides = [4 * kept, before.strides[1]];
  const convolved = (name: string): GraphTensor => {
    const rows = reshape(product(`attn_${name}`, x), [innerLength, tokens, sequences]);
    const padded = concat(view(before, [kept, innerLength, sequences], strides), transpose(rows));
    const newest = view(padded, [kept, innerLength, sequences], [padded.strides[1], padded.strides[2]]);
    graph.expand(copyInto(view(stored.convolution, [kept, innerLength, sequences], strides), newest));
    const kernel = reshape(builder.weight(`ssm_conv1d_${name}`, layer), [convolutionKernel, innerLength]);
    return reshape(like("unary", reshape(shortConvolution(padded, kernel), [innerLength, all])), each);
  };
  const [query, key, value] = [convolved("q"), convolved("k"), convolved("v")];

  const open = product("ssm_f_b", product("ssm_f_a", x));
  const steps = reshape(like("unary", like("add", open, builder.optional("ssm_dt", layer, "bias"))), [
    length,
    heads,
    all,
  ]);
  const decay = reshape(like("mul", steps, reshape(builder.bare("ssm_a", layer), [1, heads, 1])), each);
  const beta = like("unary", reshape(product("ssm_beta", x), [1, heads, tokens, sequences]));
  const state = reshape(sequenceStates(builder, stored.state, indices), [length, length, heads, sequences]);
  const both = rowOfResults("gated_delta_net", innerLength * (tokens + length) * sequences, [
    unitLength(builder, query),
    unitLength(builder, key),
    value,
    decay,
    beta,
    state,
  ]);
  const result = contiguous(view(both, each), each);
  storeStates(builder, stored.state, view(both, [length, length, heads, sequences]));

  const gate = reshape(product("ssm_g_b", product("ssm_g_a", x)), [length, heads, all]);
  const normed = builder.norm(reshape(result, [length, heads, all]), "ssm_norm", layer);
  const gated = contiguous(like("mul", normed, like("unary", gate)), [innerLength, all]);
  return product("attn_output", gated);
}

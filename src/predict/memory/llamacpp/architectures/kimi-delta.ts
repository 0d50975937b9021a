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

/** What models with Kimi's delta attention differ in. */
export interface KimiParts {
  /** decay and output gate come from two small matrices each, or from one; or only the output gate comes from one */
  readonly gates: "two" | "one" | "two and one";
  /** the decay is kept within bounds, of its negative in models that keep snapshots of states however few the tokens are */
  readonly decay?: "bounded" | "negative bounded";
}

/** Kimi's delta attention (src/models/kimi-linear.cpp): a delta net whose decay differs by element, each input convolved by itself. */
export function kimiDelta(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  indices: StateIndices,
  { gates, decay: bounds }: KimiParts,
): GraphTensor {
  const { graph } = builder;
  const { convolutionKernel, innerLength, stateLength: length, valueHeads: heads } = builder.recurrent(layer);
  const sequences = builder.request.sizes.sequences;
  const all = x.shape[1];
  const tokens = all / sequences;
  const each = [length, heads, tokens, sequences];
  const kept = convolutionKernel - 1;
  const snapshots = 1 + (builder.request.settings.stateSnapshots ?? 0);
  const stored = builder.state(layer);
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);

  const before = sequenceStates(builder, stored.convolution, indices);
  const strides = [4 * kept, before.strides[1]];
  const convolved = (name: string): GraphTensor => {
    const rows = reshape(product(`attn_${name}`, x), [innerLength, tokens, sequences]);
    const padded = concat(view(before, [kept, innerLength, sequences], strides), transpose(rows));
    for (let copy = 0; copy < (bounds === "negative bounded" ? snapshots : Math.min(tokens, snapshots)); copy++) {
      const newest = view(padded, [kept, innerLength, sequences], [padded.strides[1], padded.strides[2]]);
      graph.expand(copyInto(view(stored.convolution, [kept, innerLength, sequences], strides), newest));
    }
    const kernel = reshape(builder.weight(`ssm_conv1d_${name}`, layer), [convolutionKernel, innerLength]);
    return reshape(like("unary", reshape(shortConvolution(padded, kernel), [innerLength, all])), each);
  };
  const [query, key, value] = [convolved("q"), convolved("k"), convolved("v")];

  const gate = (name: string): GraphTensor =>
    gates === "one" ? product(`ssm_${name}_a`, x) : product(`ssm_${name}_b`, product(`ssm_${name}_a`, x));
  const open = like("add", gate("f"), builder.optional("ssm_dt", layer, "bias"));
  const factors = reshape(builder.bare("ssm_a", layer), [1, heads, 1]);
  const decay = reshape(bounded(bounds, open, factors, [length, heads, all]), each);
  const beta = like("unary", reshape(product("ssm_beta", x), [1, heads, tokens, sequences]));
  const state = reshape(sequenceStates(builder, stored.state, indices), [length, length, heads, sequences]);
  const both = rowOfResults("gated_delta_net", innerLength * (tokens + length * snapshots) * sequences, [
    unitLength(builder, query),
    unitLength(builder, key),
    value,
    decay,
    beta,
    state,
  ]);
  const result = contiguous(view(both, each), each);
  storeStates(builder, stored.state, view(both, [length * innerLength, sequences, Math.min(tokens, snapshots)]));

  const outputGate = reshape(gates === "two and one" ? product("ssm_g", x) : gate("g"), [length, heads, all]);
  const normed = builder.norm(reshape(result, [length, heads, all]), "ssm_norm", layer);
  const gated = contiguous(like("mul", normed, like("unary", outputGate)), [innerLength, all]);
  return product("attn_output", gated);
}

/** The decay as it is, or kept within bounds. */
function bounded(
  bounds: KimiParts["decay"],
  open: GraphTensor,
  factors: GraphTensor,
  shape: readonly number[],
): GraphTensor {
  if (bounds === undefined) return like("mul", reshape(like("unary", open), shape), factors);
  const product = like("mul", reshape(open, shape), factors);
  return like("scale", like("unary", bounds === "negative bounded" ? like("scale", product) : product));
}

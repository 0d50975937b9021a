import {
  concat,
  contiguous,
  like,
  reshape,
  rowOfResults,
  shortConvolution,
  transpose,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { sequenceStates, storeStates, type StateIndices } from "./recurrent-state.ts";

/** A state space of the second Mamba (src/models/mamba-base.cpp, `build_mamba2_layer`). */
export function mamba2(builder: GraphBuilder, x: GraphTensor, layer: number, indices: StateIndices): GraphTensor {
  const { convolutionKernel, groups, innerLength, stateLength, valueHeads } = builder.recurrent(layer);
  const sequences = builder.request.sizes.sequences;
  const tokens = x.shape[1] / sequences;
  const snapshots = Math.min(tokens, 1 + (builder.request.settings.stateSnapshots ?? 0));
  const channels = innerLength + 2 * groups * stateLength;
  const headLength = innerLength / valueHeads;
  const stored = builder.state(layer);

  const before = reshape(sequenceStates(builder, stored.convolution, indices), [
    convolutionKernel - 1,
    channels,
    sequences,
  ]);
  const flat = builder.request.build.mambaProjectsFlat;
  const rows = flat ? x : reshape(x, [x.shape[0], tokens, sequences]);
  const product = builder.project(rows, "ssm_in", layer);
  const all = reshape(product, [product.shape[0], tokens, sequences]);
  const [element, row, plane] = all.strides;
  const gate = view(all, [headLength, valueHeads, tokens, sequences], [headLength * element, row, plane]);
  const inputs = view(all, [channels, tokens, sequences], [row, plane]);
  const step = view(all, [valueHeads, tokens, sequences], [row, plane]);

  const padded = concat(before, transpose(inputs));
  for (let copy = 0; copy < snapshots; copy++) {
    const newest = [convolutionKernel - 1, channels, sequences];
    storeStates(builder, stored.convolution, view(padded, newest, [padded.strides[1], padded.strides[2]]));
  }
  const convolved = shortConvolution(padded, builder.weight("ssm_conv1d", layer));
  const active = like("unary", like("add", convolved, builder.optional("ssm_conv1d", layer, "bias")));
  const part = (length: number, count: number): GraphTensor =>
    view(active, [length, count, tokens, sequences], [4 * length, active.strides[1], active.strides[2]]);
  const values = part(headLength, valueHeads);
  const [into, out] = [part(stateLength, groups), part(stateLength, groups)];
  const steps = like("add", contiguous(step, step.shape), builder.optional("ssm_dt", layer, "bias"));
  const decay = builder.bare("ssm_a", layer);
  const valueElements = innerLength * tokens * sequences;
  const kept = 1 + (builder.request.settings.stateSnapshots ?? 0);
  const scanned = sequenceStates(builder, stored.state, indices, (states, ids) =>
    rowOfResults("ssm_scan", valueElements + kept * stateLength * innerLength * sequences, [
      reshape(states, [stateLength, headLength, valueHeads, states.shape[1]]),
      values,
      steps,
      decay,
      into,
      out,
      ids,
    ]),
  );
  storeStates(builder, stored.state, view(scanned, [stateLength * innerLength, sequences, snapshots]));

  const result = view(scanned, [headLength, valueHeads, tokens, sequences]);
  const direct = like("add", result, like("mul", values, builder.bare("ssm_d", layer)));
  const gated = like("glu", contiguous(gate, gate.shape), direct);
  const normed =
    builder.optional("ssm_norm", layer) === undefined
      ? gated
      : builder.norm(reshape(gated, [innerLength / groups, groups, tokens, sequences]), "ssm_norm", layer);
  if (flat) return builder.project(reshape(normed, [innerLength, tokens * sequences]), "ssm_out", layer);
  const output = builder.project(reshape(normed, [innerLength, tokens, sequences]), "ssm_out", layer);
  return reshape(output, [output.shape[0], tokens * sequences]);
}

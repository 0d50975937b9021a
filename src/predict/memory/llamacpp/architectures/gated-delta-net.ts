import type { Recurrent } from "../../../../facts/model/index.ts";
import { concat, like, reshape, rowOfResults, shortConvolution, transpose, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { sequenceStates, storeStates, type StateIndices } from "./recurrent-state.ts";

/** What goes into a gated delta net besides its states; [1, heads, tokens, sequences] but for the first two. */
export interface DeltaInputs {
  /** queries, keys and values side by side, [channels, tokens, sequences] */
  readonly mixed: GraphTensor;
  readonly outputGate: GraphTensor;
  readonly beta: GraphTensor;
  readonly decay: GraphTensor;
}

/** What models with gated delta nets differ in. */
export interface DeltaParts {
  readonly inputs: (builder: GraphBuilder, x: GraphTensor, layer: number, mixer: Recurrent) => DeltaInputs;
  /** brings queries and keys to as many heads as values have */
  readonly spread?: (heads: GraphTensor, mixer: Recurrent) => GraphTensor;
}

/** Linear attention by a gated delta net (src/models/delta-net-base.cpp), with the fused operation for it. */
export function gatedDeltaNet(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  indices: StateIndices,
  parts: DeltaParts,
): GraphTensor {
  const mixer = builder.recurrent(layer);
  const { groups, innerLength, stateLength, valueHeads } = mixer;
  const sequences = builder.request.sizes.sequences;
  const tokens = x.shape[1] / sequences;
  const valueLength = innerLength / valueHeads;
  const snapshots = builder.request.settings.stateSnapshots ?? 0;
  const { mixed, outputGate, beta, decay } = parts.inputs(builder, x, layer, mixer);
  const stored = builder.state(layer);

  const before = reshape(sequenceStates(builder, stored.convolution, indices), [
    mixer.convolutionKernel - 1,
    mixed.shape[0],
    sequences,
  ]);
  const padded = concat(before, transpose(mixed));
  const newest = [mixer.convolutionKernel - 1, mixed.shape[0], sequences];
  for (let copy = 0; copy <= snapshots; copy++) {
    storeStates(builder, stored.convolution, view(padded, newest, [padded.strides[1], padded.strides[2]]));
  }
  const state = reshape(sequenceStates(builder, stored.state, indices), [
    valueLength,
    valueLength,
    valueHeads,
    sequences,
  ]);

  const convolved = like("unary", shortConvolution(padded, builder.weight("ssm_conv1d", layer)));
  const part = (length: number, heads: number): GraphTensor =>
    view(convolved, [length, heads, tokens, sequences], [4 * length, convolved.strides[1], convolved.strides[2]]);
  const spread = parts.spread ?? ((heads: GraphTensor): GraphTensor => heads);
  const query = spread(unitLength(builder, part(stateLength, groups)), mixer);
  const key = spread(unitLength(builder, part(stateLength, groups)), mixer);
  const value = part(valueLength, valueHeads);
  const valueElements = innerLength * tokens * sequences;
  const stateElements = valueLength * innerLength * sequences;
  const both = rowOfResults("gated_delta_net", valueElements + stateElements * (snapshots + 1), [
    query,
    key,
    value,
    decay,
    beta,
    state,
  ]);
  const kept = Math.min(tokens, snapshots + 1);
  storeStates(builder, stored.state, view(both, [valueLength * innerLength, sequences, kept]));
  const result = view(both, [valueLength, valueHeads, tokens, sequences]);
  const gate = like("unary", reshape(outputGate, [valueLength, valueHeads, tokens, sequences]));
  const gated = like("mul", builder.norm(result, "ssm_norm", layer), gate);
  const output = builder.project(reshape(gated, [innerLength, tokens, sequences]), "ssm_out", layer);
  return reshape(output, [output.shape[0], tokens * sequences]);
}

/** Queries and keys of a delta net have length one. */
export function unitLength({ request }: GraphBuilder, heads: GraphTensor): GraphTensor {
  return request.build.unitLengthByNorm ? like("scale", like("rms_norm", heads)) : like("l2_norm", heads);
}

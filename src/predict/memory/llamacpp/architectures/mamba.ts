import {
  concat,
  contiguous,
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
import { sequenceStates, storeStates, type StateIndices } from "./recurrent-state.ts";

/** A state space of the first Mamba, with norms inside as Jamba has them (src/models/mamba-base.cpp, `build_mamba_layer`). */
export function mamba(builder: GraphBuilder, x: GraphTensor, layer: number, indices: StateIndices): GraphTensor {
  const { convolutionKernel, innerLength, stateLength, valueHeads: rank } = builder.recurrent(layer);
  const sequences = builder.request.sizes.sequences;
  const [width, all] = x.shape;
  const tokens = all / sequences;
  const stored = builder.state(layer);

  const newest = [convolutionKernel - 1, innerLength, sequences];
  const before = reshape(sequenceStates(builder, stored.convolution, indices), newest);
  const both = builder.project(reshape(x, [width, tokens, sequences]), "ssm_in", layer);
  const half = (): GraphTensor => view(both, [innerLength, tokens, sequences], [both.strides[1], both.strides[2]]);
  const padded = concat(before, transpose(half()));
  storeStates(builder, stored.convolution, view(padded, newest, [padded.strides[1], padded.strides[2]]));
  const convolved = shortConvolution(padded, builder.weight("ssm_conv1d", layer));
  const active = like("unary", like("add", convolved, builder.optional("ssm_conv1d", layer, "bias")));

  const three = multiplyMatrix(builder.weight("ssm_x", layer), active);
  const [element, row, plane] = three.strides;
  const part = (): GraphTensor => view(three, [stateLength, 1, tokens, sequences], [stateLength * element, row, plane]);
  const low = builder.norm(view(three, [rank, tokens, sequences], [row, plane]), "ssm_dt_norm", layer);
  const [into, out] = [builder.norm(part(), "ssm_b_norm", layer), builder.norm(part(), "ssm_c_norm", layer)];
  const steps = builder.project(low, "ssm_dt", layer);
  const scanned = sequenceStates(builder, stored.state, indices, (states, ids) =>
    rowOfResults("ssm_scan", innerLength * (tokens + stateLength) * sequences, [
      reshape(states, [stateLength, 1, innerLength, states.shape[1]]),
      reshape(active, [1, innerLength, tokens, sequences]),
      steps,
      builder.bare("ssm_a", layer),
      into,
      out,
      ids,
    ]),
  );
  storeStates(builder, stored.state, view(scanned, [stateLength * innerLength * sequences]));

  const result = view(scanned, [innerLength, tokens, sequences]);
  const direct = like("add", result, like("mul", active, builder.bare("ssm_d", layer)));
  const gate = half();
  const output = builder.project(like("glu", contiguous(gate, gate.shape), direct), "ssm_out", layer);
  return reshape(output, [output.shape[0], all]);
}

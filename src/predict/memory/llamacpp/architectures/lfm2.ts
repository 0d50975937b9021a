import { concat, like, reshape, shortConvolution, transpose, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { attentionInputs } from "./decoder.ts";
import { mixedDecoder } from "./mixed-decoder.ts";
import { sequenceStates, stateIndices, storeStates, type StateIndices } from "./recurrent-state.ts";
import { normedAndTurned } from "./rope.ts";

/** LFM 2 (src/models/lfm2.cpp): most layers are short gated convolutions. */
export const lfm2: Architecture = { name: "lfm2", build };

/** The same with experts (src/models/lfm2moe.cpp). */
export const lfm2moe: Architecture = { name: "lfm2moe", build };

function build(builder: GraphBuilder): GraphTensor {
  const indices = stateIndices(builder);
  const inputs = attentionInputs(builder);
  const positions = builder.positions();
  return mixedDecoder(builder, {
    residualFirst: true,
    outputNorm: "token_embd_norm",
    routing: { normalized: true },
    mix: (x, layer) => {
      if (builder.layer(layer).mixer.kind === "convolution") return gatedConvolution(builder, x, layer, indices);
      const heads = normedAndTurned(builder, projectHeads(builder, x, layer), positions, layer);
      return attend(builder, heads, inputs.of(layer), layer, { order: inputs.order });
    },
  });
}

/** Three projections in one: a gate before the convolution over the last few tokens, a gate behind it, and what is convolved. */
function gatedConvolution(builder: GraphBuilder, x: GraphTensor, layer: number, indices: StateIndices): GraphTensor {
  const sequences = builder.request.sizes.sequences;
  const [width, all] = x.shape;
  const tokens = all / sequences;
  const kernel = builder.weight("shortconv.conv", layer);
  const kept = kernel.shape[0] - 1;
  const stored = builder.state(layer).convolution;
  const three = builder.project(reshape(x, [width, tokens, sequences]), "shortconv.in_proj", layer);
  const part = (): GraphTensor => view(three, [width, tokens, sequences], [three.strides[1], three.strides[2]]);
  const gated = transpose(like("mul", part(), part()));
  const before = reshape(sequenceStates(builder, stored, indices), [kept, width, sequences]);
  const padded = concat(before, gated);
  const snapshots = Math.min(tokens, 1 + (builder.request.settings.stateSnapshots ?? 0));
  for (let copy = 0; copy < snapshots; copy++) {
    storeStates(builder, stored, view(padded, [kept, width, sequences], [padded.strides[1], padded.strides[2]]));
  }
  const convolved = like("mul", part(), shortConvolution(padded, kernel));
  const output = builder.project(convolved, "shortconv.out_proj", layer);
  return reshape(output, [output.shape[0], all]);
}

import type { Recurrent } from "../../../../facts/model/index.ts";
import { concat, contiguous, like, multiplyMatrix, repeat, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import type { DeltaInputs } from "./gated-delta-net.ts";
import { draftBlock } from "./draft-block.ts";
import { hybrid, HYBRID_DRAFT } from "./qwen35.ts";

/** Qwen 3 Next (src/models/qwen3next.cpp): like Qwen 3.5, its projections packed head by head, queries and keys repeated for values. */
export const qwen3next: Architecture = {
  name: "qwen3next",
  build: (builder) => hybrid(builder, { inputs, spread }),
  buildDraft: (builder) => draftBlock(builder, { ...HYBRID_DRAFT, rows: "in layer" }),
};

function inputs(builder: GraphBuilder, x: GraphTensor, layer: number, mixer: Recurrent): DeltaInputs {
  const { groups, valueHeads } = mixer;
  const sequences = builder.request.sizes.sequences;
  const tokens = x.shape[1] / sequences;
  const both = multiplyMatrix(builder.weight("ssm_ba", layer), x);
  const each = valueHeads / groups;
  const packed = reshape(both, [2 * each, groups, tokens, sequences]);
  const half = (): GraphTensor => view(packed, [each, groups, tokens, sequences], packed.strides.slice(1));
  const beta = like("unary", contiguous(half(), [each, groups, tokens, sequences]));
  const alpha = contiguous(half(), [valueHeads, tokens, sequences]);
  const biased = like("add", alpha, builder.optional("ssm_dt", layer, "bias"));
  const decay = like("mul", like("unary", biased), builder.bare("ssm_a", layer));
  const perHead = [1, valueHeads, tokens, sequences];
  return { ...projections(builder, x, layer, mixer), beta: reshape(beta, perHead), decay: reshape(decay, perHead) };
}

/** Two matrices, or (older files) one with the rows of every head together. */
function projections(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  { groups, innerLength, stateLength }: Recurrent,
): Pick<DeltaInputs, "mixed" | "outputGate"> {
  const sequences = builder.request.sizes.sequences;
  const tokens = x.shape[1] / sequences;
  const apart = builder.optional("attn_qkv", layer);
  if (apart !== undefined) {
    const mixed = multiplyMatrix(apart, x);
    const outputGate = multiplyMatrix(builder.weight("attn_gate", layer), x);
    return { mixed: reshape(mixed, [mixed.shape[0], tokens, sequences]), outputGate };
  }
  const valueLength = innerLength / groups;
  const all = multiplyMatrix(builder.weight("ssm_in", layer), x);
  const packed = reshape(all, [2 * stateLength + 2 * valueLength, groups, tokens, sequences]);
  const part = (length: number): GraphTensor =>
    view(packed, [length, groups, tokens, sequences], packed.strides.slice(1));
  const flat = (length: number): GraphTensor => contiguous(part(length), [length * groups, tokens, sequences]);
  const outputGate = contiguous(part(valueLength), [valueLength, groups, tokens, sequences]);
  return { mixed: concat(concat(flat(stateLength), flat(stateLength)), flat(valueLength)), outputGate };
}

function spread(heads: GraphTensor, { groups, valueHeads }: Recurrent): GraphTensor {
  if (groups === valueHeads) return heads;
  const [length, , tokens, sequences] = heads.shape;
  const apart = reshape(heads, [length, 1, groups, tokens * sequences]);
  const repeated = repeat(apart, [length, valueHeads / groups, groups, tokens * sequences]);
  return reshape(repeated, [length, valueHeads, tokens, sequences]);
}

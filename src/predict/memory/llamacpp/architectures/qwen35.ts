import type { Recurrent } from "../../../../facts/model/index.ts";
import { getRows, like, multiplyMatrix, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import { feedForward } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { gatedAttention } from "./gated-attention.ts";
import { gatedDeltaNet, type DeltaInputs, type DeltaParts } from "./gated-delta-net.ts";
import { draftBlock } from "./draft-block.ts";
import { stateIndices } from "./recurrent-state.ts";

/** Qwen 3.5 and 3.6 (src/models/qwen35.cpp): three layers of four are gated delta nets, attention has a gate on its output. */
export const qwen35: Architecture = {
  name: "qwen35",
  build: (builder) => hybrid(builder, { inputs }),
  buildDraft: (builder) => draftBlock(builder, { ...HYBRID_DRAFT, rows: "at end" }),
};

/** The same with experts (src/models/qwen35moe.cpp). */
export const qwen35moe: Architecture = { ...qwen35, name: "qwen35moe" };

export const HYBRID_DRAFT = { mix: gatedAttention, normBeforeFeedForward: "post_attention_norm" } as const;

/** A decoder of delta nets and gated attention. */
export function hybrid(builder: GraphBuilder, delta: DeltaParts): GraphTensor {
  const { graph } = builder;
  const atEnd = builder.request.build.keepsHiddenRows;
  let x = embedTokens(builder);
  const indices = stateIndices(builder);
  const cache = builder.cacheInputs("full");
  const positions = builder.positions();
  const outputRows = builder.outputRows();
  const last = builder.layers.length - 1;
  builder.layers.forEach(({ mixer }, layer) => {
    builder.tap(x, layer);
    let residual = x;
    const normed = builder.norm(x, "attn_norm", layer);
    graph.expand(normed);
    let mixed =
      mixer.kind === "recurrent"
        ? gatedDeltaNet(builder, normed, layer, indices, delta)
        : gatedAttention(builder, normed, positions, cache, layer);
    if (layer === last && !atEnd) {
      mixed = getRows(mixed, outputRows);
      residual = getRows(residual, outputRows);
    }
    const inner = like("add", mixed, residual);
    x = like("add", feedForward(builder, builder.norm(inner, "post_attention_norm", layer), layer), inner);
  });
  let result = builder.norm(x, "output_norm");
  result.output = true;
  if (atEnd) {
    result = getRows(result, outputRows);
    result.output = true;
  }
  return builder.project(result, "output");
}

function inputs(builder: GraphBuilder, x: GraphTensor, layer: number, { valueHeads }: Recurrent): DeltaInputs {
  const sequences = builder.request.sizes.sequences;
  const tokens = x.shape[1] / sequences;
  const each = [1, valueHeads, tokens, sequences];
  const product = (name: string): GraphTensor => multiplyMatrix(builder.weight(name, layer), x);
  const mixed = product("attn_qkv");
  const alpha = reshape(product("ssm_alpha"), [valueHeads, tokens, sequences]);
  const biased = like("add", alpha, builder.optional("ssm_dt", layer, "bias"));
  return {
    mixed: reshape(mixed, [mixed.shape[0], tokens, sequences]),
    outputGate: product("attn_gate"),
    beta: like("unary", reshape(product("ssm_beta"), each)),
    decay: reshape(like("mul", like("unary", biased), builder.bare("ssm_a", layer)), each),
  };
}

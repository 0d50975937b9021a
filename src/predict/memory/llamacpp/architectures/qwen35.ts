import type { Recurrent } from "../../../../facts/model/index.ts";
import { contiguous, getRows, like, multiplyMatrix, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend } from "./attention.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { gatedDeltaNet, type DeltaInputs, type DeltaParts } from "./gated-delta-net.ts";
import { stateIndices } from "./recurrent-state.ts";

/** Qwen 3.5 and 3.6 (src/models/qwen35.cpp): three layers of four are gated delta nets, attention has a gate on its output. */
export const qwen35: Architecture = { name: "qwen35", build: (builder) => hybrid(builder, { inputs }) };

/** The same with experts (src/models/qwen35moe.cpp). */
export const qwen35moe: Architecture = { name: "qwen35moe", build: (builder) => hybrid(builder, { inputs }) };

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

/** Queries come with a gate of the same width behind each head. */
function gatedAttention(
  builder: GraphBuilder,
  x: GraphTensor,
  positions: GraphTensor,
  cache: CacheInputs,
  layer: number,
): GraphTensor {
  const { heads, kvHeads, keyLength, valueLength } = builder.attention(layer);
  const tokens = x.shape[1];
  const both = builder.project(x, "attn_q", layer);
  const half = (): GraphTensor =>
    view(both, [keyLength, heads, tokens], [2 * keyLength * both.strides[0], both.strides[1]]);
  const query = builder.norm(half(), "attn_q_norm", layer);
  const key = builder.norm(
    reshape(builder.project(x, "attn_k", layer), [keyLength, kvHeads, tokens]),
    "attn_k_norm",
    layer,
  );
  const gate = contiguous(half(), [keyLength * heads, tokens]);
  const value = reshape(builder.project(x, "attn_v", layer), [valueLength, kvHeads, tokens]);
  const turned = { query: like("rope", query, positions), key: like("rope", key, positions), value };
  return attend(builder, turned, cache, layer, {
    order: "query-value-key",
    beforeOutput: (mixed) => like("mul", mixed, like("unary", gate)),
  });
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

import { getRows, like, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, type Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { attentionInputs } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { chosenExperts } from "./experts.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { layerInputs, withLayerInput } from "./layer-inputs.ts";

/**
 * Gemma 4 (src/models/gemma4.cpp): windows with shorter heads than full layers have, norms on both sides, in the small models caches
 * that later layers share and an input of their own for every layer, in others experts beside a dense part.
 */
export const gemma4: Architecture = {
  name: "gemma4",
  outputFirst: true,
  factorsOfFullLayers: true,
  build(builder) {
    const atEnd = builder.request.build.keepsHiddenRows;
    let x = embedTokens(builder, "rows");
    const positions = builder.positions();
    const inputs = attentionInputs(builder);
    const outputRows = builder.outputRows();
    const perLayer = layerInputs(builder, x);
    const last = builder.layers.length - 1;
    builder.layers.forEach((_, layer) => {
      builder.tap(x, layer);
      const heads = projectHeads(builder, builder.norm(x, "attn_norm", layer), positions, layer);
      let mixed = attend(builder, heads, inputs.of(layer), layer, { order: inputs.order });
      let residual = x;
      const rows = layer === last && !atEnd ? outputRows : undefined;
      if (rows !== undefined) {
        mixed = getRows(mixed, rows);
        residual = getRows(residual, rows);
      }
      const inner = like("add", builder.norm(mixed, "post_attention_norm", layer), residual);
      // the engine gives this norm no layer, so it is not pinned
      const fed = builder.norm(feedForward(builder, inner, layer), "post_ffw_norm", layer, false);
      x = withLayerInput(builder, like("add", fed, inner), perLayer, layer, rows);
      const scale = builder.optional("layer_output_scale", layer);
      if (scale !== undefined) x = like("mul", x, scale);
    });
    let result = builder.norm(x, "output_norm");
    result.output = true;
    if (atEnd) {
      result = getRows(result, outputRows);
      result.output = true;
    }
    return like("scale", like("unary", like("scale", builder.project(result, "output"))));
  },
};

/** Keys and values only where the layer owns a cache; without a matrix of their own, values are the keys before their norm. */
function projectHeads(
  builder: GraphBuilder,
  x: GraphTensor,
  positions: GraphTensor,
  layer: number,
): Pick<Heads, "query"> & Partial<Heads> {
  const { heads, kvHeads, keyLength, valueLength, cacheFrom, span } = builder.attention(layer);
  const tokens = x.shape[1];
  const factors = span === "full" ? builder.shared("rope_freqs", layer) : undefined;
  const turned = (rows: GraphTensor, norm: string, length: number, count: number): GraphTensor =>
    like("rope", builder.norm(reshape(rows, [length, count, tokens]), norm, layer), positions, factors);
  const query = turned(builder.project(x, "attn_q", layer), "attn_q_norm", keyLength, heads);
  if (cacheFrom !== undefined) return { query };
  const keys = builder.project(x, "attn_k", layer);
  const values = builder.optional("attn_v", layer) === undefined ? keys : builder.project(x, "attn_v", layer);
  const value = like("rms_norm", reshape(values, [valueLength, kvHeads, tokens]));
  return { query, key: turned(keys, "attn_k_norm", keyLength, kvHeads), value };
}

/** Dense, or dense and experts side by side, each with norms of its own; experts are chosen from the input as it is. */
function feedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: kind } = builder.layers[layer]!;
  const dense = denseFeedForward(builder, builder.norm(x, "ffn_norm", layer), layer);
  if (kind.kind !== "experts") return dense;
  const beside = builder.norm(dense, "post_ffw_norm_1", layer);
  const rows = builder.norm(x, "pre_ffw_norm_2", layer);
  const scale = builder.optional("ffn_gate_inp", layer, "scale");
  const router = like("mul", like("scale", like("rms_norm", x)), scale);
  const sum = chosenExperts(builder, rows, layer, kind, { gating: "softmax", normalized: true }, router);
  return like("add", beside, builder.norm(sum, "post_ffw_norm_2", layer));
}

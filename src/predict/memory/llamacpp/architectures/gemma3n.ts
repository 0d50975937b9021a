import { concat, getRows, like, multiplyMatrix, reshape, sumRows, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads, type Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { attentionInputs, outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { layerInputs } from "./layer-inputs.ts";
import { correctStreams, joinStreams, otherStreams, predictStreams, startStreams, stream } from "./residual-streams.ts";

/** Of so many layers, from the first, only the greatest elements of the gate count. */
const SPARSE_LAYERS = 10;

/**
 * Gemma 3n (src/models/gemma3n.cpp): four residual streams, a small path beside attention, windows, caches that later layers share, an
 * input of its own for every layer.
 */
export const gemma3n: Architecture = {
  name: "gemma3n",
  outputFirst: true,
  build(builder) {
    const embedded = embedTokens(builder, "rows");
    const positions = builder.positions();
    const inputs = attentionInputs(builder);
    const perLayer = layerInputs(builder, embedded)!;
    let streams = startStreams(builder, embedded);
    builder.layers.forEach((_, layer) => {
      const predictions = predictStreams(builder, streams, layer);
      const active = stream(predictions);
      const normed = builder.norm(active, "attn_norm", layer);
      const beside = besideAttention(builder, normed, layer);
      const heads = layerHeads(builder, normed, positions, layer);
      const attended = attend(builder, heads, inputs.of(layer), layer, { order: inputs.order });
      const mixed = like("add", builder.norm(attended, "post_attention_norm", layer), active);
      const inner = like("scale", like("add", mixed, beside));
      const fed = feedForward(builder, builder.norm(inner, "ffn_norm", layer), layer);
      // the engine gives this norm no layer, so it is not pinned
      const result = like("add", builder.norm(fed, "post_ffw_norm", layer, false), inner);
      streams = withLayerInput(builder, correctStreams(builder, predictions, result, layer), perLayer, layer);
    });
    const x = getRows(joinStreams(builder, streams), builder.outputRows());
    return like("scale", like("unary", like("scale", outputLogits(builder, x))));
  },
};

function besideAttention(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const low = builder.project(builder.project(x, "laurel_l", layer), "laurel_r", layer);
  return like("add", builder.norm(low, "laurel_post_norm", layer), x);
}

/** Keys and values only where the layer owns a cache. */
function layerHeads(
  builder: GraphBuilder,
  x: GraphTensor,
  positions: GraphTensor,
  layer: number,
): Pick<Heads, "query"> & Partial<Heads> {
  const turned = (rows: GraphTensor, norm: string): GraphTensor =>
    like("rope", builder.norm(rows, norm, layer), positions);
  const { heads, keyLength, cacheFrom } = builder.attention(layer);
  if (cacheFrom !== undefined) {
    const rows = reshape(builder.project(x, "attn_q", layer), [keyLength, heads, x.shape[1]]);
    return { query: turned(rows, "attn_q_norm") };
  }
  const { query, key, value } = projectHeads(builder, x, layer);
  return {
    query: turned(query, "attn_q_norm"),
    key: turned(key, "attn_k_norm"),
    value: like("rms_norm", value),
  };
}

function feedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const up = builder.project(x, "ffn_up", layer);
  const gate = builder.project(x, "ffn_gate", layer);
  const open = like("unary", layer < SPARSE_LAYERS ? greatest(gate) : gate);
  return builder.project(like("mul", up, open), "ffn_down", layer);
}

/** What is above so many standard deviations over the mean (`gaussian_topk`). */
function greatest(x: GraphTensor): GraphTensor {
  const mean = sumRows(x, "mean");
  const deviation = like("sqrt", like("scale", sumRows(like("sqr", like("sub", x, mean)))));
  const least = like("add", mean, like("scale", deviation));
  return like("unary", like("sub", x, least));
}

/** A gate from the active stream times the layer's own input, brought back to the full width and added to the other streams. */
function withLayerInput(builder: GraphBuilder, streams: GraphTensor, inputs: GraphTensor, layer: number): GraphTensor {
  const scaled = like("mul", stream(streams), builder.weight("altup_correct_scale", layer));
  const gate = like("unary", multiplyMatrix(builder.weight("inp_gate", layer), scaled));
  const own = view(inputs, [inputs.shape[0], inputs.shape[1]], [inputs.strides[1]]);
  const back = multiplyMatrix(builder.weight("proj", layer), like("mul", gate, own));
  const first = stream(streams);
  return concat(first, like("add", otherStreams(streams), builder.norm(back, "post_norm", layer)), 2);
}

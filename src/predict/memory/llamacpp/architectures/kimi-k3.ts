import {
  concat,
  contiguous,
  getRows,
  like,
  multiplyMatrix,
  mixStreams,
  reshape,
  sumRows,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import { outputLogits } from "./decoder.ts";
import { latentAttention } from "./deepseek2.ts";
import { embedTokens } from "./embedding.ts";
import { chosenExperts } from "./experts.ts";
import { kimiDelta } from "./kimi-delta.ts";
import { stateIndices } from "./recurrent-state.ts";

/**
 * Kimi K3 (src/models/kimi-k3.cpp): Kimi Linear with experts on a narrower stream, gated latent attention, and inputs of earlier layers
 * kept, a mix of which every half of a layer reads instead of the residual stream.
 */
export const kimiK3: Architecture = {
  name: "kimi-k3",
  build(builder) {
    const { residualBlock = 0 } = builder.request.geometry;
    let x = embedTokens(builder);
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const outputRows = builder.outputRows();
    let kept: GraphTensor | undefined;
    const mix = (name: string, layer?: number): GraphTensor =>
      residualBlock > 0 && kept !== undefined ? mixed(kept, x, builder.weight(name, layer)) : x;
    builder.layers.forEach(({ mixer }, layer) => {
      const before = mix("attn_res_score", layer);
      const keeps = residualBlock > 0 && layer % residualBlock === 0;
      if (keeps) {
        const own = reshape(x, [x.shape[0], 1, x.shape[1]]);
        kept = kept === undefined ? own : concat(kept, own, 1);
      }
      const normed = builder.norm(before, "attn_norm", layer);
      builder.graph.expand(normed);
      const attended =
        mixer.kind === "recurrent"
          ? kimiDelta(builder, normed, layer, indices, { gates: "two and one", decay: "negative bounded" })
          : latentAttention(builder, normed, { positions: undefined, factors: undefined, beforeOutput }, cache, layer);
      // where the input is kept, the stream begins anew
      x = keeps ? attended : like("add", x, attended);
      x = like("add", x, feedForward(builder, builder.norm(mix("ffn_res_score", layer), "ffn_norm", layer), layer));

      function beforeOutput(values: GraphTensor): GraphTensor {
        return like("mul", values, like("unary", multiplyMatrix(builder.weight("attn_gate", layer), normed)));
      }
    });
    return outputLogits(builder, getRows(mix("output_res_score"), outputRows));
  },
};

/** What was kept and the stream itself, weighed by a softmax over the scores of all. `kept` is [width, kept, tokens]. */
function mixed(kept: GraphTensor, x: GraphTensor, score: GraphTensor): GraphTensor {
  const [, count, tokens] = kept.shape;
  const scored = (rows: GraphTensor): GraphTensor => sumRows(like("mul", like("rms_norm", rows), score));
  const scores = concat(reshape(scored(kept), [count, tokens]), scored(x));
  const shares = like("soft_max", scores);
  const part = (length: number): GraphTensor => {
    const rows = view(shares, [length, tokens], [shares.strides[1]]);
    return contiguous(rows, rows.shape);
  };
  const [ofKept, own] = [part(count), part(1)];
  return like("add", mixStreams(kept, ofKept), like("mul", x, own));
}

function feedForward(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: experts } = builder.layer(layer);
  if (experts.kind !== "experts") return dense(builder, x, layer, "");
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);
  const narrows = builder.optional("ffn_routed_down", layer) !== undefined;
  const routing = { normalized: "as-file", gatedBy: situ } as const;
  let chosen = chosenExperts(builder, narrows ? product("ffn_routed_down", x) : x, layer, experts, routing, x);
  if (builder.optional("ffn_routed_norm", layer) !== undefined) chosen = builder.norm(chosen, "ffn_routed_norm", layer);
  if (narrows) chosen = product("ffn_routed_up", chosen);
  if (builder.optional("ffn_gate_shexp", layer) === undefined) return chosen;
  return like("add", chosen, dense(builder, x, layer, "_shexp"));
}

function dense(builder: GraphBuilder, x: GraphTensor, layer: number, suffix: string): GraphTensor {
  const product = (name: string, rows: GraphTensor): GraphTensor =>
    multiplyMatrix(builder.weight(`ffn_${name}${suffix}`, layer), rows);
  return product("down", situ(product("gate", x), product("up", x)));
}

/** Gate and up, each kept within bounds, and the gate's sigmoid. */
function situ(gate: GraphTensor, up: GraphTensor): GraphTensor {
  const bounded = (rows: GraphTensor): GraphTensor => like("scale", like("unary", like("scale", rows)));
  const open = like("mul", bounded(gate), like("unary", gate));
  return like("mul", open, bounded(up));
}

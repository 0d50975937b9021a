import { getRows, like } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads, type Heads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { attentionInputs, outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { chosenExperts, type Routing } from "./experts.ts";
import { denseFeedForward } from "./feed-forward.ts";
import { turned } from "./rope.ts";

// Models whose attention and feed-forward part read the same norm, by mean and variance, and are added side by side.

interface SideBySide {
  readonly turn?: (builder: GraphBuilder, heads: Heads, positions: GraphTensor, layer: number) => Heads;
  readonly feedForward?: (builder: GraphBuilder, x: GraphTensor, layer: number) => GraphTensor;
  readonly sum?: (mixed: GraphTensor, fed: GraphTensor, residual: GraphTensor) => GraphTensor;
  /** rows of the output are picked behind the last norm (builds that do so) */
  readonly rowsAtEnd?: true;
}

function sideBySide(builder: GraphBuilder, parts: SideBySide = {}): GraphTensor {
  let x = embedTokens(builder);
  const positions = builder.positions();
  const inputs = attentionInputs(builder);
  const outputRows = builder.outputRows();
  const atEnd = parts.rowsAtEnd === true && builder.request.build.keepsHiddenRows;
  const last = builder.layers.length - 1;
  const sum = parts.sum ?? ((mixed, fed, residual) => like("add", like("add", fed, residual), mixed));
  const turn = parts.turn ?? turned;
  const feedForward = parts.feedForward ?? denseFeedForward;
  builder.layers.forEach((_, layer) => {
    let normed = builder.norm(x, "attn_norm", layer, true, "norm");
    const heads = turn(builder, projectHeads(builder, normed, layer), positions, layer);
    let mixed = attend(builder, heads, inputs.of(layer), layer, { order: inputs.order });
    if (layer === last && !atEnd) {
      mixed = getRows(mixed, outputRows);
      x = getRows(x, outputRows);
      normed = getRows(normed, outputRows);
    }
    x = sum(mixed, feedForward(builder, normed, layer), x);
  });
  return outputLogits(builder, x, { norm: "norm", rows: atEnd ? outputRows : undefined });
}

const scaled = (logits: GraphTensor): GraphTensor => like("scale", logits);

/** Cohere 2 (src/models/cohere2.cpp): full layers have no positions. */
export const cohere2: Architecture = { name: "cohere2", build: (builder) => scaled(sideBySide(builder)) };

/** Command R (src/models/command-r.cpp): the large ones norm queries and keys. */
export const commandR: Architecture = {
  name: "command-r",
  build: (builder) => scaled(sideBySide(builder, { turn: normedWhereStored })),
};

function normedWhereStored(builder: GraphBuilder, heads: Heads, positions: GraphTensor, layer: number): Heads {
  const normed = (rows: GraphTensor, name: string): GraphTensor =>
    builder.optional(name, layer) === undefined ? rows : builder.norm(rows, name, layer, true, "norm");
  const own = { ...heads, query: normed(heads.query, "attn_q_norm"), key: normed(heads.key, "attn_k_norm") };
  return turned(builder, own, positions, layer);
}

/** Cohere 2 with experts (src/models/cohere2moe.cpp): half of what they and the shared one give. */
export const cohere2Moe: Architecture = {
  name: "cohere2moe",
  build: (builder) => scaled(sideBySide(builder, { turn: denseTurned, feedForward: halvedExperts, rowsAtEnd: true })),
};

/** Dense layers have positions though they see everything. */
function denseTurned(builder: GraphBuilder, heads: Heads, positions: GraphTensor, layer: number): Heads {
  const dense = builder.layer(layer).feedForward.kind === "dense";
  return turned(builder, heads, positions, layer, dense || builder.attention(layer).rope !== false);
}

const ROUTING: Routing = { usualGating: "sigmoid", normalized: "as-file" };

function halvedExperts(builder: GraphBuilder, x: GraphTensor, layer: number): GraphTensor {
  const { feedForward: kind } = builder.layer(layer);
  if (kind.kind !== "experts") return denseFeedForward(builder, x, layer);
  const sum = chosenExperts(builder, x, layer, kind, ROUTING);
  if (builder.optional("ffn_up_shexp", layer) === undefined) return sum;
  return like("scale", like("add", sum, denseFeedForward(builder, x, layer, { suffix: "_shexp" })));
}

/** Phi 1.5 and 2 (src/models/phi2.cpp): biases everywhere, queries are scaled before attention. */
export const phi2: Architecture = {
  name: "phi2",
  build: (builder) =>
    sideBySide(builder, {
      turn: (_, heads, positions, layer) => {
        const { query, ...rest } = turned(builder, heads, positions, layer);
        return { ...rest, query: like("scale", query) };
      },
      sum: (mixed, fed, residual) => like("add", like("add", mixed, fed), residual),
    }),
};

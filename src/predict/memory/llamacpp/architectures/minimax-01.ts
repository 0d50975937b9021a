import { F32 } from "../graph/element.ts";
import { contiguous, getRows, input, like, multiplyMatrix, permute, reshape, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { attend, projectHeads } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { outputLogits } from "./decoder.ts";
import { embedTokens } from "./embedding.ts";
import { expertFeedForward } from "./experts.ts";
import { sequenceStates, stateIndices, storeStates, type StateIndices } from "./recurrent-state.ts";
import { turned } from "./rope.ts";

/**
 * MiniMax Text 01 and M1 (src/models/minimax-01.cpp): lightning attention, in every eighth layer attention. What is added is the
 * normed input, scaled, not the input.
 */
export const minimax01: Architecture = {
  name: "minimax-01",
  longestAlone: true,
  build(builder) {
    let x = embedTokens(builder);
    const indices = stateIndices(builder);
    const cache = builder.cacheInputs("full");
    const positions = builder.positions();
    const outputRows = builder.outputRows();
    const decays = decayInputs(builder);
    const last = builder.layers.length - 1;
    builder.layers.forEach(({ mixer, feedForward }, layer) => {
      let residual = builder.norm(x, "attn_norm", layer);
      let mixed =
        mixer.kind === "recurrent"
          ? lightningAttention(builder, residual, layer, indices, decays)
          : attend(builder, turned(builder, projectHeads(builder, residual, layer), positions, layer), cache, layer, {
              order: "query-value-key",
            });
      if (layer === last) {
        mixed = getRows(mixed, outputRows);
        residual = getRows(residual, outputRows);
      }
      const inner = like("add", mixed, like("scale", residual));
      const normed = builder.norm(inner, "ffn_norm", layer);
      if (feedForward.kind !== "experts") throw new Error(`layer ${layer} has no experts`);
      const fed = expertFeedForward(builder, normed, layer, feedForward, { gating: "softmax" });
      x = like("add", fed, like("scale", normed));
    });
    return outputLogits(builder, x);
  },
};

/** Exponents of how fast what was read fades, by head; the same for all layers. */
interface DecayInputs {
  readonly slopes: GraphTensor;
  readonly query: GraphTensor;
  readonly key: GraphTensor;
  /** between any two tokens of a sequence: what grows with the square of a micro-batch */
  readonly pairs: GraphTensor;
}

function decayInputs({ request }: GraphBuilder): DecayInputs {
  const { sequences } = request;
  const heads = Math.max(
    ...request.geometry.layers.map(({ mixer }) => (mixer.kind === "recurrent" ? mixer.valueHeads : 0)),
  );
  const tokens = request.tokens / sequences;
  return {
    slopes: input(F32, [heads], "decay"),
    query: input(F32, [1, heads, tokens, sequences], "decay of queries"),
    key: input(F32, [1, heads, tokens, sequences], "decay of keys"),
    pairs: input(F32, [tokens, tokens, heads, sequences], "decay between tokens"),
  };
}

function lightningAttention(
  builder: GraphBuilder,
  inner: GraphTensor,
  layer: number,
  indices: StateIndices,
  decays: DecayInputs,
): GraphTensor {
  const { graph } = builder;
  const { sequences } = builder.request;
  const { stateLength: length, valueHeads: heads } = builder.recurrent(layer);
  const [width, all] = inner.shape;
  const tokens = all / sequences;
  const stored = builder.state(layer);
  // there is nothing to convolve, and the state for it is empty
  graph.expand(sequenceStates(builder, stored.convolution, indices));
  const slope = like("scale", decays.slopes);

  const x = reshape(inner, [width, tokens, 1, sequences]);
  const product = (name: string, rows: GraphTensor): GraphTensor => multiplyMatrix(builder.weight(name, layer), rows);
  const mixed = reshape(like("unary", product("attn_qkv", x)), [3 * length, heads, tokens, sequences]);
  const part = (): GraphTensor => view(mixed, [length, heads, tokens, sequences], mixed.strides.slice(1));
  const [query, key, value] = [part(), part(), part()];
  const before = reshape(sequenceStates(builder, stored.state, indices), [length, length, heads, sequences]);

  const decay = (exponent: GraphTensor): GraphTensor => like("unary", like("scale", exponent));
  const [queryDecay, keyDecay, pairDecay] = [decay(decays.query), decay(decays.key), decay(decays.pairs)];
  const earlier = multiplyMatrix(before, headsLast(like("mul", query, queryDecay)));
  const scores = like("mul", multiplyMatrix(headsLast(key), headsLast(query)), pairDecay);
  const values = tokensFirst(value);
  const result = like("add", earlier, multiplyMatrix(values, scores));
  graph.expand(result);

  const fading = reshape(like("unary", like("scale", slope)), [1, 1, heads]);
  const faded = like("mul", before, fading);
  const added = multiplyMatrix(tokensFirst(like("mul", key, keyDecay)), values);
  storeStates(builder, stored.state, like("add", faded, added));

  const turnedBack = headsLast(result);
  const rows = reshape(contiguous(turnedBack, turnedBack.shape), [length * heads, tokens, 1, sequences]);
  const normed = builder.norm(rows, "attn_norm_2", layer);
  const gated = like("mul", like("unary", product("attn_gate", x)), normed);
  return reshape(product("attn_output", gated), [width, all]);
}

/** Heads and tokens change places. */
function headsLast(tensor: GraphTensor): GraphTensor {
  return permute(tensor, [0, 2, 1, 3]);
}

function tokensFirst(tensor: GraphTensor): GraphTensor {
  const order = permute(tensor, [1, 2, 0, 3]);
  return contiguous(order, order.shape);
}

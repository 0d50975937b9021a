import { F32, I32 } from "../graph/element.ts";
import { concat, empty, getRows, input, like, multiplyMatrix, reshape, setRows } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { attend, projectHeads } from "./attention.ts";
import type { Architecture } from "./architecture.ts";
import { feedForward } from "./decoder.ts";
import { turned } from "./rope.ts";

/**
 * A head that drafts for another model (src/models/eagle3.cpp, the decoder): the token's embedding and the joined states of that
 * model, both normed, through one layer. It gives logits for every token of a batch, not for the last alone. Its embedding and its
 * output may be the other model's. The encoder that joins the states is a smaller graph: nothing is reserved for it.
 */
export const eagle3: Architecture = {
  name: "eagle3",
  sharesEmbedding: true,
  build: (builder) => {
    const { geometry, tokens } = builder.request;
    const { vocabularySize, draftHead } = geometry;
    const token = getRows(builder.weight("token_embd"), input(I32, [tokens]));
    const state = input(F32, [geometry.embeddingLength, tokens], "joined states");
    const positions = builder.positions();
    const cache = builder.cacheInputs("full");
    const normedToken = builder.norm(token, "attn_norm", 0);
    const normedState = builder.norm(state, "attn_norm_2", 0, false);
    const residual = draftHead?.normedResidual === true ? normedState : state;
    const heads = turned(builder, projectHeads(builder, concat(normedToken, normedState), 0), positions, 0);
    const inner = like("add", attend(builder, heads, cache, 0, { order: "query-value-key" }), residual);
    const x = like("add", feedForward(builder, builder.norm(inner, "ffn_norm", 0), 0), inner);
    // what the next guess goes on from
    x.output = true;
    const logits = multiplyMatrix(builder.weight("output"), builder.norm(x, "output_norm"));
    const mapped = builder.optional("d2t", undefined, "");
    return mapped === undefined ? logits : spread(logits, mapped, vocabularySize);
  },
};

/** Logits of the tokens it can guess, put among those of all. */
function spread(logits: GraphTensor, mapped: GraphTensor, vocabularySize: number): GraphTensor {
  const [guessed, rows] = logits.shape;
  const all = like("fill", empty(F32, [1, vocabularySize, rows]));
  const put = setRows(all, reshape(logits, [1, guessed, rows]), reshape(mapped, [guessed, 1, 1]));
  return reshape(put, [vocabularySize, rows]);
}

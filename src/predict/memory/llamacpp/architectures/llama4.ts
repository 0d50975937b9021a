import { F32 } from "../graph/element.ts";
import { input, like } from "../graph/operations.ts";
import type { Architecture } from "./architecture.ts";
import type { GraphBuilder } from "./builder.ts";
import { plainDecoder } from "./decoder.ts";
import { turned } from "./rope.ts";

/** Experts of the one model whose queries and keys are not normed. */
const UNNORMED = 128;

/**
 * Llama 4 (src/models/llama4.cpp): layers that see chunks norm queries and keys behind their turn, those that see everything have no
 * positions but a factor for the queries; experts weigh what they read.
 */
export const llama4: Architecture = {
  name: "llama4",
  build(builder) {
    const factors = input(F32, [1, 1, builder.request.tokens]);
    const norms = normsHeads(builder);
    return plainDecoder(
      builder,
      (heads, positions, layer) => {
        if (builder.attention(layer).rope === false) return { ...heads, query: like("mul", heads.query, factors) };
        const own = turned(builder, heads, positions, layer);
        if (!norms) return own;
        return { ...own, query: like("rms_norm", own.query), key: like("rms_norm", own.key) };
      },
      { routing: { gating: "sigmoid", normalized: false, weighsInputs: true } },
    );
  },
};

function normsHeads({ layers }: GraphBuilder): boolean {
  return !layers.some(({ feedForward }) => feedForward.kind === "experts" && feedForward.experts === UNNORMED);
}

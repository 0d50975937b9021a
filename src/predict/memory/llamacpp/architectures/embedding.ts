import { F32, I32, I64 } from "../graph/element.ts";
import { getRows, input, like, setRows } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/** A factor on the embeddings: a constant, or (in builds that have it) an input for every row, so that images can go without. */
export type EmbeddingScale = "none" | "constant" | "rows";

/**
 * The start of every graph (llama-graph.cpp, `build_inp_embd`): rows of the token embedding, and beside them the inputs for batches
 * of raw embeddings, reserved although a text batch does not read them.
 */
export function embedTokens(builder: GraphBuilder, scaled: EmbeddingScale = "none"): GraphTensor {
  const { graph } = builder;
  const { geometry, tokens, build } = builder.request;
  const table = builder.weight("token_embd");
  const embedded = getRows(table, input(I32, [tokens]));
  graph.expand(embedded);
  if (build.rawEmbeddingInput) graph.expand(input(F32, [geometry.embeddingLength, tokens], "raw embeddings"));
  if (build.mixedBatchPath) {
    const mixed = like("dup", input(F32, [geometry.embeddingLength, tokens], "mixed embeddings"));
    const rows = getRows(table, input(I32, [tokens]));
    graph.expand(setRows(mixed, rows, input(I64, [tokens])));
  }
  if (scaled === "none") return embedded;
  if (scaled === "constant" || !build.scaleRowsInput) return like("scale", embedded);
  const multiplied = like("mul", embedded, input(F32, [1, tokens]));
  graph.expand(multiplied);
  return multiplied;
}

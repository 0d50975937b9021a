import { F32, I32, I64 } from "../graph/element.ts";
import { getRows, input, like, padRows, setRows, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";

/**
 * A factor on the embeddings: a constant, in the model's own graph or at once with the embeddings, or (in builds that have it) an
 * input for every row, so that images can go without.
 */
export type EmbeddingScale = "none" | "constant" | "at once" | "rows";

/**
 * The start of every graph (llama-graph.cpp, `build_inp_embd`): rows of the token embedding, and beside them the inputs for batches
 * of raw embeddings, reserved although a text batch does not read them. Models that add slices of an image's embedding to several
 * layers have rows as long as all slices; what is returned is then a view of the first.
 */
export function embedTokens(builder: GraphBuilder, scaled: EmbeddingScale = "none"): GraphTensor {
  const { graph } = builder;
  const { geometry, tokens, build } = builder.request;
  const { embeddingLength: width, deepstackLayers = 0 } = geometry;
  const length = width * (1 + deepstackLayers);
  const table = builder.weight("token_embd");
  const rows = (): GraphTensor => {
    const found = getRows(table, input(I32, [tokens]));
    return deepstackLayers > 0 ? padRows(found, length) : found;
  };
  let embedded = rows();
  graph.expand(embedded);
  if (build.rawEmbeddingInput) graph.expand(input(F32, [length, tokens], "raw embeddings"));
  if (build.mixedBatchPath) {
    const mixed = like("dup", input(F32, [length, tokens], "mixed embeddings"));
    graph.expand(setRows(mixed, rows(), input(I64, [tokens])));
  }
  if (deepstackLayers > 0) embedded = view(embedded, [width, tokens], [embedded.strides[1]]);
  if (scaled === "none") return embedded;
  const constant = scaled !== "rows" || !build.scaleRowsInput;
  const multiplied = constant ? like("scale", embedded) : like("mul", embedded, input(F32, [1, tokens]));
  // what the model's own graph scales comes to stand where something reads it
  if (build.rawEmbeddingInput && (scaled === "at once" || !constant)) graph.expand(multiplied);
  return multiplied;
}

import { F32, I32 } from "../graph/element.ts";
import { concat, getRows, input, like, multiplyMatrix } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { CacheInputs, GraphBuilder } from "./builder.ts";
import { feedForward } from "./decoder.ts";
import type { Routing } from "./experts.ts";

/** How an architecture's appended block differs from others. */
export interface DraftParts {
  mix(builder: GraphBuilder, x: GraphTensor, positions: GraphTensor, cache: CacheInputs, layer: number): GraphTensor;
  /** where the rows of logits are picked */
  readonly rows: "at end" | "in layer";
  readonly normBeforeFeedForward: string;
  readonly routing?: Routing;
}

/**
 * An appended block (`graph_mtp` of each architecture): the next token's embedding and the last hidden state, joined, through one
 * layer; its result goes on to the next step.
 */
export function draftBlock(builder: GraphBuilder, parts: DraftParts): GraphTensor {
  const { geometry, tokens } = builder.request;
  const layer = builder.layers.length;
  const table = builder.optional("nextn.embed_tokens", layer) ?? builder.weight("token_embd");
  const embedded = getRows(table, input(I32, [tokens]));
  const hidden = input(F32, [geometry.embeddingLength, tokens], "hidden state");
  const positions = builder.positions();
  const outputRows = builder.outputRows();
  const cache = builder.cacheInputs("full");
  const normedHidden = builder.norm(hidden, "nextn.hnorm", layer);
  const normedToken = builder.norm(embedded, "nextn.enorm", layer);
  let residual = multiplyMatrix(builder.weight("nextn.eh_proj", layer), concat(normedToken, normedHidden));
  let mixed = parts.mix(builder, builder.norm(residual, "attn_norm", layer), positions, cache, layer);
  if (parts.rows === "in layer") {
    mixed = getRows(mixed, outputRows);
    residual = getRows(residual, outputRows);
  }
  const inner = like("add", mixed, residual);
  const normed = builder.norm(inner, parts.normBeforeFeedForward, layer);
  const x = like("add", feedForward(builder, normed, layer, parts), inner);
  const headNorm = builder.optional("nextn.shared_head_norm", layer) ?? builder.weight("output_norm");
  let result = like("mul", like("rms_norm", x), headNorm);
  result.output = true;
  if (parts.rows === "at end") result = getRows(result, outputRows);
  return multiplyMatrix(builder.optional("nextn.shared_head_head", layer) ?? builder.weight("output"), result);
}

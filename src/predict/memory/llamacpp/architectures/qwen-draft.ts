import { F32, I32 } from "../graph/element.ts";
import { concat, getRows, input, like, multiplyMatrix } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { feedForward } from "./decoder.ts";
import { gatedAttention } from "./gated-attention.ts";

/**
 * The appended block of Qwen 3.5, 3.6 and 3-Next (their `graph_mtp`): the next token's embedding and the last hidden state, joined,
 * through one layer of gated attention. `rows`: where the rows of logits are picked.
 */
export function draftOfHybrid(builder: GraphBuilder, rows: "at end" | "in layer"): GraphTensor {
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
  let mixed = gatedAttention(builder, builder.norm(residual, "attn_norm", layer), positions, cache, layer);
  if (rows === "in layer") {
    mixed = getRows(mixed, outputRows);
    residual = getRows(residual, outputRows);
  }
  const inner = like("add", mixed, residual);
  const x = like("add", feedForward(builder, builder.norm(inner, "post_attention_norm", layer), layer), inner);
  const headNorm = builder.optional("nextn.shared_head_norm", layer) ?? builder.weight("output_norm");
  let result = like("mul", like("rms_norm", x), headNorm);
  result.output = true;
  if (rows === "at end") result = getRows(result, outputRows);
  return multiplyMatrix(builder.optional("nextn.shared_head_head", layer) ?? builder.weight("output"), result);
}

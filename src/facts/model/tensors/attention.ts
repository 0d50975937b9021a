import type { Attention, LatentAttention } from "../geometry.ts";
import type { TensorRow } from "./rows.ts";
import type { Shapes } from "./shapes.ts";

/** Matrices and norms of attention, without ".weight". Layers that read another's cache have all of them too. */
export function attentionShapes(row: TensorRow, width: number, attention: Attention, valueIsKey: boolean): Shapes {
  const { heads, kvHeads, keyLength, valueLength } = attention;
  const [query, key, value] = [heads * keyLength, kvHeads * keyLength, kvHeads * valueLength];
  const shapes: Shapes = [["attn_output", [heads * valueLength, width]]];
  if (row.fusedAttention) shapes.push(["attn_qkv", [width, query + key + value]]);
  else {
    shapes.push(["attn_q", [width, row.queryGate ? 2 * query : query]]);
    shapes.push(["attn_k", [width, key]]);
    if (!valueIsKey) shapes.push(["attn_v", [width, value]]);
  }
  if (row.attentionGate === "elements") shapes.push(["attn_gate", [width, heads * valueLength]]);
  if (row.attentionGate === "heads") shapes.push(["attn_gate", [width, heads]]);
  if (row.innerNorms) shapes.push(["attn_sub_norm", [heads * valueLength]]);
  if (row.queryKeyNorm === "head") shapes.push(["attn_q_norm", [keyLength]], ["attn_k_norm", [keyLength]]);
  if (row.queryKeyNorm === "heads") shapes.push(["attn_q_norm", [query]], ["attn_k_norm", [key]]);
  return shapes;
}

/** Latent attention as converters of 2025 and later write it: the decompression split by head. */
export function latentShapes(width: number, mixer: LatentAttention): Shapes {
  const { heads, latentLength, ropeLength, keyLength, valueLength, queryLatentLength } = mixer;
  const query: Shapes =
    queryLatentLength === 0
      ? [["attn_q", [width, heads * keyLength]]]
      : [
          ["attn_q_a", [width, queryLatentLength]],
          ["attn_q_a_norm", [queryLatentLength]],
          ["attn_q_b", [queryLatentLength, heads * keyLength]],
        ];
  return [
    ...query,
    ["attn_kv_a_mqa", [width, latentLength + ropeLength]],
    ["attn_kv_a_norm", [latentLength]],
    ["attn_k_b", [keyLength - ropeLength, latentLength, heads]],
    ["attn_v_b", [latentLength, valueLength, heads]],
    ["attn_output", [heads * valueLength, width]],
  ];
}

/** What picks blocks of tokens. Whole names. */
export function blockShapes(width: number, { blocks }: Attention): Shapes {
  if (!blocks) return [];
  const { heads, length } = blocks;
  return [
    ["indexer.q_proj.weight", [width, heads * length]],
    ["indexer.k_proj.weight", [width, length]],
    ["indexer.q_norm.weight", [length]],
    ["indexer.k_norm.weight", [length]],
  ];
}

/** What picks tokens for latent attention. Whole names. */
export function indexerShapes(width: number, { indexer, queryLatentLength }: LatentAttention): Shapes {
  if (!indexer) return [];
  const { heads, length, pool } = indexer;
  const pools: Shapes = [
    ["indexer_compressor_gate.weight", [width, length]],
    ["indexer_compressor_ape.weight", [length, pool ?? 0]],
  ];
  return [
    ["indexer.k_norm.weight", [length]],
    ["indexer.k_norm.bias", [length]],
    ["indexer.proj.weight", [width, heads]],
    ["indexer.attn_k.weight", [width, length]],
    ["indexer.attn_q_b.weight", [queryLatentLength, heads * length]],
    ...(pool === undefined ? [] : pools),
  ];
}

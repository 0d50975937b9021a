import { concat, contiguous, permute, repeat, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** InternVL (models/internvl.cpp): patches and a mark for the whole; squares of patches become one. */
export function internvl(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers, merge } = builder.tower;
  const { patches, columns, rows } = builder;
  const { together } = builder.request;
  const places = patches + 1;
  const mark = builder.weight("v.class_embd");
  const embedded = builder.patchEmbeddings();
  const all = concat(embedded, repeat(mark, [mark.shape[0], 1, together, 1]), 1);
  // the encoder of 6 billion weights
  const norm = embeddingLength === 3200 && layers === 45 ? "rms_norm" : "norm";
  const seen = builder.transformer(all, places, { norm, learned: builder.weight("v.position_embd.weight") });
  const kept = view(seen, [embeddingLength, patches, together], [seen.strides[1], seen.strides[2]]);
  const dense = contiguous(kept, kept.shape);
  const across = permute(reshape(dense, [embeddingLength * merge, rows / merge, columns, together]), [0, 2, 1, 3]);
  const squares = contiguous(across, [embeddingLength * merge * merge, rows / merge, columns / merge, together]);
  const back = permute(squares, [0, 2, 1, 3]);
  const tokens = contiguous(back, [back.shape[0], back.shape[1] * back.shape[2], back.shape[3]]);
  return builder.feedForward(builder.norm(tokens, "mm.model.mlp.0", "norm"), "mm.model.mlp.1", "mm.model.mlp.3");
}

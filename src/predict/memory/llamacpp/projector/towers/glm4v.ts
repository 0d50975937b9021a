import { I32 } from "../../graph/element.ts";
import { contiguous, like, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve } from "../tower-operations.ts";
import { firstPatches, learnedInSquares } from "./qwen-vl.ts";

/** GLM-4V and 5V (models/glm4v.cpp): squares of patches through a convolution, then a gated projector. */
export function glm4v(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge } = builder.tower;
  const { patches } = builder;
  const positions = builder.inputOf(I32, [patches * 4], "positions");
  let embedded = like("add", firstPatches(builder), builder.weight("v.patch_embd.bias"));
  if (builder.optional("v.norm_embd.weight")) embedded = builder.norm(embedded, "v.norm_embd", "rms_norm");
  const hasTable = builder.optional("v.position_embd.weight") !== undefined;
  const seen = builder.transformer(embedded, patches, {
    norm: "rms_norm",
    ...(hasTable && { learned: learnedInSquares(builder) }),
    turn: (heads) => like("rope", heads, positions),
  });
  const tokens = Math.trunc(Math.trunc(patches / merge) / merge);
  const squares = permute(reshape(seen, [embeddingLength, merge, merge, tokens]), [2, 0, 1, 3]);
  const grid = contiguous(squares, squares.shape);
  const merged = convolve(builder.weight("mm.patch_merger.weight"), grid, merge);
  const rows = like("add", reshape(merged, [merged.shape[2], tokens]), builder.weight("mm.patch_merger.bias"));
  const normed = like("unary", builder.norm(builder.project(rows, "mm.model.fc"), "mm.post_norm", "norm"));
  return builder.feedForward(normed, "mm.up", "mm.down", "mm.gate");
}

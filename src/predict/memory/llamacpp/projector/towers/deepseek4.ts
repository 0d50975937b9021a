import { F32, I32 } from "../../graph/element.ts";
import { concat, contiguous, getRows, like, permute, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import { blockTokens } from "../block.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { padGrid, patchRows } from "../tower-operations.ts";

/** DeepSeek V4's images (models/deepseek4v.cpp): squares of patches joined, marks put between them in one block. */
export function deepseek4(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge } = builder.tower;
  const { patches, columns, rows } = builder;
  const positions = builder.inputOf(I32, [patches * 4], "positions");
  const turn = (heads: GraphTensor): GraphTensor => like("rope", heads, positions);
  const seen = builder.transformer(builder.patchEmbeddings(), patches, { norm: "rms_norm", turn });
  const apart = permute(reshape(seen, [embeddingLength, columns, rows]), [2, 0, 1, 3]);
  const [wide, high] = [columns, rows].map((side) => Math.ceil(side / merge) * merge);
  const dense = contiguous(apart, apart.shape);
  const whole = wide === columns && high === rows;
  const grid = whole ? dense : padGrid(dense, [wide!, high!, embeddingLength, 1]);
  const squares = patchRows(grid, [merge, merge, embeddingLength, 1], merge, F32);
  squares.sources[0] = view(grid, [merge, merge, embeddingLength], [0, 0]);
  const [length, across, down] = squares.shape;
  let tokens = builder.feedForward(reshape(squares, [length, across * down]), "mm.1", "mm.2");
  for (const name of ["v.token_embd.img_start", "v.token_embd.img_end", "v.image_newline", "v.token_embd.img_pad"])
    tokens = concat(tokens, reshape(builder.weight(name), [tokens.shape[0], 1]), 1);
  const count = blockTokens(builder.request.size, builder.tower);
  return getRows(tokens, builder.inputOf(I32, [count], "layout"));
}

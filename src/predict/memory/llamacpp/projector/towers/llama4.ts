import { F32, I32, rowBytes } from "../../graph/element.ts";
import { concat, contiguous, like, multiplyMatrix, permute, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor, Shape } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { patchRows } from "../tower-operations.ts";

/** Llama 4 (models/llama4.cpp): patches by a product, a mark for the whole, squares of patches put together. */
export function llama4(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge, patchSize } = builder.tower;
  const { patches, columns, rows } = builder;
  const places = patches + 1;
  const [down, across] = ["rows", "columns"].map((name) => builder.inputOf(I32, [places], name));
  const image = builder.image();
  const kernel = builder.weight("v.patch_embd.weight");
  const shape: Shape = [patchSize, patchSize, 3, embeddingLength];
  const squares = patchRows(image, shape, patchSize, F32);
  squares.sources[0] = reshape(kernel, shape);
  const embedded = reshape(multiplyMatrix(kernel, squares), [embeddingLength, patches]);
  const all = concat(embedded, builder.weight("v.class_embd"), 1);
  const seen = builder.transformer(all, places, {
    norm: "norm",
    learned: builder.weight("v.position_embd.weight"),
    turn: (heads) => like("rope", like("rope", heads, across), down),
  });
  const kept = view(seen, [embeddingLength, patches], [rowBytes(seen.type, embeddingLength)]);
  const wide = permute(reshape(kept, [embeddingLength * merge, columns / merge, rows, 1]), [0, 2, 1, 3]);
  const joined = contiguous(wide, [embeddingLength * merge * merge, columns / merge, rows / merge, 1]);
  const tokens = contiguous(joined, [embeddingLength * merge * merge, Math.trunc(Math.trunc(patches / merge) / merge)]);
  const first = like("unary", builder.project(tokens, "mm.model.mlp.1"));
  const second = like("unary", builder.project(first, "mm.model.mlp.2"));
  return builder.project(second, "mm.model.fc");
}

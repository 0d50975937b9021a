import { F32, I32 } from "../../graph/element.ts";
import { contiguous, getRows, like, multiplyMatrix, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** Every so many layers, and the last, see all; the others a window. */
const SPARSE = 4;

/** Muse Glimmer (models/muse-glimmer.cpp): patches in the order of windows and back, squares of them joined. */
export function museGlimmer(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers, merge } = builder.tower;
  const { patches, columns, rows } = builder;
  const square = merge * merge;
  const [across, down, order, back, squares] = ["columns", "rows", "window order", "order of patches", "squares"].map(
    (name) => builder.inputOf(I32, [patches], name),
  );
  const mask = builder.inputOf(F32, [patches, patches], "window mask");
  const placed = like("add", builder.patchEmbeddings(), builder.learnedPlaces());
  const seen = builder.transformer(getRows(placed, order!), patches, {
    norm: "norm",
    turn: (heads) => like("rope", like("rope", heads, across), down),
    mask: (layer) => (layer === layers - 1 || (layer + 1) % SPARSE === 0 ? undefined : mask),
  });
  const tokens = Math.trunc(columns / merge) * Math.trunc(rows / merge);
  const gathered = reshape(getRows(getRows(seen, back!), squares!), [embeddingLength, square, tokens]);
  const apart = permute(gathered, [1, 0, 2, 3]);
  const joined = reshape(contiguous(apart, apart.shape), [embeddingLength * square, tokens]);
  const layer = (x: GraphTensor, index: number): GraphTensor => multiplyMatrix(builder.weight(`mm.${index}.weight`), x);
  return layer(like("unary", layer(like("unary", layer(joined, 0)), 1)), 2);
}

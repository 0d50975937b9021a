import { F32, I32, rowBytes } from "../../graph/element.ts";
import { concat, contiguous, empty, like, permute, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { patchRows } from "../tower-operations.ts";

/** Pixtral and Mistral 3 (models/pixtral.cpp): patches merged where the file can, a mark behind each row. */
export function pixtral(builder: TowerBuilder): GraphTensor {
  const { merge, embeddingLength } = builder.tower;
  const { patches, columns, rows } = builder;
  const [down, across] = ["rows", "columns"].map((name) => builder.inputOf(I32, [patches], name));
  const embedded = builder.patchEmbeddings();
  let current = builder.transformer(embedded, patches, {
    norm: "rms_norm",
    turn: (heads) => like("rope", like("rope", heads, down), across),
  });
  const merger = builder.optional("mm.patch_merger.weight");
  if (merger !== undefined) {
    const normed = like("mul", like("rms_norm", current), builder.weight("mm.input_norm.weight"));
    const turned = permute(reshape(normed, [embeddingLength, columns, rows]), [2, 0, 1, 3]);
    const grid = contiguous(turned, turned.shape);
    const squares = patchRows(grid, [merge, merge, embeddingLength, 1], merge, F32);
    squares.sources[0] = view(grid, [merge, merge, embeddingLength], [0, 0]);
    const [length, wide, high] = squares.shape;
    current = builder.multiply(merger, reshape(squares, [length, wide * high]), "mm");
  }
  current = builder.feedForward(current, "mm.1", "mm.2");
  const mark = builder.optional("v.token_embd.img_break");
  if (mark === undefined) return current;
  const [high, wide] = [Math.floor(rows / merge), Math.floor(columns / merge)];
  const width = current.shape[0];
  const grid = reshape(current, [width, wide, high]);
  const marks = like("add", like("scale", empty(F32, [width, 1, high])), mark);
  const all = concat(grid, marks, 1);
  return view(all, [width, wide * high + high - 1], [rowBytes(all.type, width)]);
}

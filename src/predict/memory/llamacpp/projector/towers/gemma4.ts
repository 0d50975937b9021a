import { I32, rowBytes } from "../../graph/element.ts";
import { contiguous, getRows, like, reshape, transpose, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve, pool, turned } from "../tower-operations.ts";

/** Gemma 4 (models/gemma4v.cpp): tables of places a side, means of squares, a norm before the projection. */
export function gemma4(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge, patchSize } = builder.tower;
  const { patches, columns, rows } = builder;
  const bright = like("scale", builder.image());
  const grid = convolve(builder.weight("v.patch_embd.weight"), bright, patchSize);
  const { together } = builder.request;
  const flat = transpose(reshape(grid, [patches, embeddingLength, together]));
  const embedded = contiguous(flat, flat.shape);
  const [across, down] = ["columns", "rows"].map((name) => builder.inputOf(I32, [patches], name));
  const table = builder.weight("v.position_embd.weight");
  const side = (): GraphTensor =>
    view(table, [embeddingLength, table.shape[1]], [rowBytes(table.type, embeddingLength)]);
  const placed = like("add", like("add", embedded, getRows(side(), across!)), getRows(side(), down!));
  const seen = builder.transformer(placed, patches, {
    norm: "rms_norm",
    turn: (heads) => like("rope", like("rope", heads, across), down),
    normsValues: true,
  });
  const pooled = pool(contiguous(transpose(seen), [columns, rows, embeddingLength, together]), merge, 2);
  const [wide, high] = pooled.shape;
  const tokens = like("scale", turned(reshape(pooled, [wide * high, embeddingLength, together])));
  const shift = builder.optional("v.std_bias");
  const scale = builder.optional("v.std_scale");
  const even = shift !== undefined && scale !== undefined ? like("mul", like("sub", tokens, shift), scale) : tokens;
  return builder.project(like("rms_norm", even), "mm.input_projection");
}

import { F32, I32, rowBytes } from "../../graph/element.ts";
import { contiguous, empty, getRows, like, multiplyMatrix, permute, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { patchRows } from "../tower-operations.ts";

/** Images of the unified Gemma 4 (models/gemma4uv.cpp): patches straight into the model, without layers. */
export function gemma4Unified(builder: TowerBuilder): GraphTensor {
  const { patchSize, embeddingLength } = builder.tower;
  const { patches } = builder;
  const image = builder.image();
  const kernel = [patchSize, patchSize, image.shape[2], 1] as const;
  const rows = patchRows(image, kernel, patchSize, F32);
  // a kernel that is read for its shape alone
  rows.sources[0] = empty(F32, kernel);
  const [length, across, down, images] = rows.shape;
  const flat = builder.norm(reshape(rows, [length, across * down * images]), "v.patch_norm.1", "norm");
  const product = multiplyMatrix(builder.weight("v.patch_embd.weight"), flat);
  const embedded = builder.norm(like("add", product, builder.weight("v.patch_embd.bias")), "v.patch_norm.2", "norm");
  const table = builder.weight("v.position_embd.weight");
  const [columns, lines] = ["columns", "rows"].map((name) => builder.inputOf(I32, [patches], name));
  const side = (): GraphTensor =>
    view(table, [embeddingLength, table.shape[1]], [rowBytes(table.type, embeddingLength)]);
  const placed = like("add", like("add", embedded, getRows(side(), columns!)), getRows(side(), lines!));
  const normed = like("rms_norm", builder.norm(placed, "v.patch_norm.3", "norm"));
  return builder.project(normed, "mm.input_projection");
}

/** Its sound (models/gemma4ua.cpp). */
export function gemma4UnifiedSound(builder: TowerBuilder): GraphTensor {
  const turned = permute(builder.image(1), [1, 0, 2, 3]);
  return builder.project(like("rms_norm", contiguous(turned, turned.shape)), "mm.a.input_projection");
}

import { F32 } from "../../graph/element.ts";
import { concat, contiguous, like, permute, repeat, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve } from "../tower-operations.ts";

/** Hunyuan-VL (models/hunyuanvl.cpp): two convolutions, a mark behind each row, one at either end. */
export function hunyuan(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge } = builder.tower;
  const { patches, columns, rows } = builder;
  const learned = builder.inputOf(F32, [embeddingLength, patches], "places");
  const seen = builder.transformer(builder.patchEmbeddings(), patches, { norm: "norm", learned });
  const normed = builder.norm(seen, "mm.pre_norm", "rms_norm");
  const apart = permute(reshape(normed, [embeddingLength, columns, rows]), [2, 0, 1, 3]);
  const grid = contiguous(apart, apart.shape);
  const small = like("unary", shifted(builder, convolve(builder.weight("mm.0.weight"), grid, merge), "mm.0.bias"));
  const wide = shifted(builder, convolve(builder.weight("mm.2.weight"), small, 1), "mm.2.bias");
  const [across, down] = [Math.floor(columns / merge), Math.floor(rows / merge)];
  const channels = wide.shape[2];
  const mark = repeat(reshape(builder.weight("v.image_newline"), [1, 1, channels]), [1, down, channels]);
  const lined = permute(concat(wide, mark), [1, 2, 0, 3]);
  const flat = contiguous(lined, [channels, (across + 1) * down]);
  const tokens = builder.project(flat, "mm.model.fc");
  const end = (name: string): GraphTensor => {
    const tensor = builder.weight(name);
    return reshape(tensor, [tensor.shape[0], 1]);
  };
  const framed = concat(concat(end("mm.image_begin"), tokens, 1), end("mm.image_end"), 1);
  return builder.norm(framed, "mm.post_norm", "rms_norm");
}

function shifted(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const shift = builder.optional(name);
  return shift === undefined ? grid : like("add", grid, reshape(shift, [1, 1, shift.shape[0]]));
}

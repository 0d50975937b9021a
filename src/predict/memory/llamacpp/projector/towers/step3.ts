import { I32 } from "../../graph/element.ts";
import { contiguous, like, multiplyMatrix, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve, turned } from "../tower-operations.ts";

/** Step3-VL (models/step3vl.cpp): two convolutions make a sixteenth of the patches. */
export function step3(builder: TowerBuilder): GraphTensor {
  const { patches, columns, rows } = builder;
  const { embeddingLength } = builder.tower;
  const [down, across] = ["rows", "columns"].map((name) => builder.inputOf(I32, [patches], name));
  const embedded = builder.patchEmbeddings();
  const learned = builder.learnedPlaces();
  const turn = (heads: GraphTensor): GraphTensor => like("rope", like("rope", heads, across), down);
  const seen = builder.transformer(embedded, patches, { norm: "norm", learned, turn });
  const grid = contiguous(permute(seen, [1, 0, 2, 3]), [columns, rows, embeddingLength]);
  const fewer = halved(builder, halved(builder, grid, "mm.0"), "mm.1");
  const [wide, high, channels, images] = fewer.shape;
  return multiplyMatrix(builder.weight("mm.model.fc.weight"), turned(reshape(fewer, [wide * high, channels, images])));
}

function halved(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const half = convolve(builder.weight(`${name}.weight`), grid, 2, 1);
  const shift = builder.optional(`${name}.bias`);
  if (shift === undefined) return half;
  const [wide, high, channels] = half.shape;
  const shifted = like("add", turned(reshape(half, [wide * high, channels])), shift);
  return reshape(turned(shifted), [wide, high, channels]);
}

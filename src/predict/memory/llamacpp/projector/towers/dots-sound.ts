import { I32 } from "../../graph/element.ts";
import { contiguous, like, multiplyMatrix, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve } from "../tower-operations.ts";

/** Sound of dots3.note (models/dots3note.cpp): three convolutions, layers whose places are turned. */
export function dotsSound(builder: TowerBuilder): GraphTensor {
  const heard = multiplyMatrix(builder.weight("a.conv_out.weight"), convolvedSound(builder, builder.image(1)));
  const places = heard.shape[1];
  const positions = builder.inputOf(I32, [places], "positions");
  const seen = builder.transformer(heard, places, {
    norm: "rms_norm",
    turn: (heads) => like("rope", heads, positions),
  });
  return builder.feedForward(builder.norm(seen, "mm.a.norm_pre", "norm"), "mm.a.mlp.1", "mm.a.mlp.3");
}

/** Three convolutions, each of which halves time and bins; then one column a place. */
export function convolvedSound(builder: TowerBuilder, sound: GraphTensor): GraphTensor {
  let grid = sound;
  for (const name of ["a.conv2d.1", "a.conv2d.2", "a.conv2d.3"]) {
    const fewer = convolve(builder.weight(`${name}.weight`), grid, 2, 1);
    grid = like("unary", like("add", fewer, reshape(builder.weight(`${name}.bias`), [1, 1, fewer.shape[2], 1])));
  }
  const apart = permute(grid, [2, 0, 1, 3]);
  const dense = contiguous(apart, apart.shape);
  const [a, b, c, d] = dense.shape;
  return reshape(dense, [a * b, c * d]);
}

import { contiguous, like, multiplyMatrix, permute, repeat, reshape, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve } from "../tower-operations.ts";

const CHUNK_FRAMES = 100;

/** Sound of Qwen3-Omni (models/qwen3a.cpp): pieces of a second through three convolutions, all of them through the layers. */
export function qwen3Sound(builder: TowerBuilder): GraphTensor {
  const sound = builder.image(1);
  const [frames, bins] = sound.shape;
  const chunks = Math.floor(frames / CHUNK_FRAMES);
  const cut = view(sound, [CHUNK_FRAMES, bins, 1, chunks], [frames * 4, CHUNK_FRAMES * 4, CHUNK_FRAMES * 4]);
  let grid = contiguous(cut, cut.shape);
  for (const name of ["a.conv2d.1", "a.conv2d.2", "a.conv2d.3"]) {
    const fewer = convolve(builder.weight(`${name}.weight`), grid, 2, 1);
    const shift = reshape(builder.weight(`${name}.bias`), [1, 1, fewer.shape[2], 1]);
    grid = like("unary", like("add", fewer, shift));
  }
  const apart = permute(grid, [2, 0, 1, 3]);
  const dense = contiguous(apart, apart.shape);
  const [a, b, c, d] = dense.shape;
  const heard = multiplyMatrix(builder.weight("a.conv_out.weight"), reshape(dense, [a * b, c * d]));
  const places = heard.shape[1];
  const table = builder.weight("a.position_embd.weight");
  const first = view(table, [table.shape[0], places / chunks], [table.strides[1]]);
  const placed = like("add", heard, repeat(first, [table.shape[0], places]));
  const seen = builder.transformer(placed, places, { norm: "norm" });
  return builder.feedForward(seen, "mm.a.mlp.1", "mm.a.mlp.2");
}

import { F16, F32, type ElementType } from "../graph/element.ts";
import { contiguous, multiplyMatrix, permute, reshape } from "../graph/operations.ts";
import { GraphTensor, type Shape } from "../graph/tensor.ts";

// Operations that only encoders have: convolutions, pooling, scaling of a grid.

/** Patches of a grid laid out as rows, [kernel x channels, columns, rows, images] (`ggml_im2col`). */
export function patchRows(
  grid: GraphTensor,
  kernel: Shape,
  stride: number,
  type: ElementType,
  margin = 0,
): GraphTensor {
  const [width, height, channels, images] = grid.shape;
  const along = (length: number, window: number) => Math.floor((length + 2 * margin - window) / stride) + 1;
  const shape: Shape = [kernel[0] * kernel[1] * channels, along(width, kernel[0]), along(height, kernel[1]), images];
  return new GraphTensor("im2col", type, shape, [undefined, grid]);
}

/** A convolution as the engine does one: rows of patches, times the kernel, put back into a grid [columns, rows, channels, images]. */
export function convolve(kernel: GraphTensor, grid: GraphTensor, stride: number, margin = 0): GraphTensor {
  const [width, height, channels, out] = kernel.shape;
  const rows = patchRows(grid, kernel.shape, stride, halfUnlessBrain(kernel), margin);
  // the kernel is read only for its shape
  rows.sources[0] = kernel;
  const [length, across, down, images] = rows.shape;
  const product = multiplyMatrix(
    reshape(rows, [length, across * down * images]),
    reshape(kernel, [width * height * channels, out]),
  );
  const grids = permute(reshape(product, [across, down, images, out]), [0, 1, 3, 2]);
  return contiguous(grids, grids.shape);
}

/** A kernel for every channel, [width, height, 1, channels] (`ggml_conv_2d_dw`). */
export function convolveEach(kernel: GraphTensor, grid: GraphTensor, stride: number, margin: number): GraphTensor {
  const [width, height] = kernel.shape;
  const each = reshape(kernel, [width, height, 1, kernel.shape[2] * kernel.shape[3]]);
  const [wide, high, channels, images] = grid.shape;
  const apart = reshape(grid, [wide, high, 1, channels * images]);
  const rows = patchRows(apart, [width, height, 1, 1], stride, halfUnlessBrain(kernel), margin);
  rows.sources[0] = each;
  const [length, across, down] = rows.shape;
  const patches = reshape(rows, [length, across * down, channels, images]);
  const product = multiplyMatrix(reshape(each, [width * height, 1, each.shape[3]]), patches);
  return reshape(product, [across, down, channels, images]);
}

/** The same along one dimension, [length, channels]: half a window is put before and behind. */
export function convolveAlong(kernel: GraphTensor, signal: GraphTensor, stride: number): GraphTensor {
  const [window, channels, out] = kernel.shape;
  const [length, , signals] = signal.shape;
  const count = Math.floor((length + 2 * Math.floor(window / 2) - window) / stride) + 1;
  const shape: Shape = [window * channels, count, signals, 1];
  const rows = new GraphTensor("im2col", halfUnlessBrain(kernel), shape, [kernel, signal]);
  const product = multiplyMatrix(reshape(rows, [shape[0], signals * count]), reshape(kernel, [window * channels, out]));
  return reshape(product, [count, out, signals]);
}

function halfUnlessBrain({ type }: GraphTensor): ElementType {
  return type.name === "BF16" ? F32 : F16;
}

/** Means of squares of so many cells a side; along one dimension only where `across` alone. */
export function pool(grid: GraphTensor, side: number, dimensions: 1 | 2): GraphTensor {
  const [width, height, channels, images] = grid.shape;
  const rows = dimensions === 2 ? Math.floor(height / side) : height;
  return new GraphTensor("pool", F32, [Math.floor(width / side), rows, channels, images], [grid]);
}

/** A grid scaled to another size. */
export function interpolate(grid: GraphTensor, width: number, height: number): GraphTensor {
  return new GraphTensor("upscale", grid.type, [width, height, grid.shape[2], grid.shape[3]], [grid]);
}

/** A grid made larger by zeros. */
export function padGrid(tensor: GraphTensor, shape: Shape): GraphTensor {
  return new GraphTensor("pad", tensor.type, shape, [tensor]);
}

/** Turned about, without gaps. */
export function turned(tensor: GraphTensor): GraphTensor {
  const [a, b, c, d] = tensor.shape;
  const view = permute(tensor, [1, 0, 2, 3]);
  return contiguous(view, [b, a, c, d]);
}

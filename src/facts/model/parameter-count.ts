import type { Tensor } from "../weights/index.ts";

/** Weights counted one by one: elements of all tensors. */
export function parameterCount(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
}

import type { Tensor } from "../weights/index.ts";

/** Tensors of one layer by the part of their name after `blk.N.`, such as "attn_k.weight". */
export type LayerTensors = ReadonlyMap<string, Tensor>;

const NAME = /^blk\.(\d+)\.(.+)$/;

/** Tensors by layer. What lies outside the layers (embedding, output) is left out. */
export function tensorsByLayer(tensors: readonly Tensor[], layers: number): LayerTensors[] {
  const found = Array.from({ length: layers }, () => new Map<string, Tensor>());
  for (const tensor of tensors) {
    const match = NAME.exec(tensor.name);
    if (match) found[Number(match[1])]?.set(match[2]!, tensor);
  }
  return found;
}

/** The first of `names` that the layer has, with `.weight` after it. */
export function weightOf(tensors: LayerTensors, ...names: readonly string[]): Tensor | undefined {
  for (const name of names) {
    const tensor = tensors.get(`${name}.weight`);
    if (tensor) return tensor;
  }
  return undefined;
}

import { F16, F32, I32 } from "../../graph/element.ts";
import { cast, contiguous, getRows, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** Youtu-VL (models/youtuvl.cpp): patches cut by copies, windows in all layers but those that the file names. */
export function youtu(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers, fullLayers = [] } = builder.tower;
  const { patches } = builder;
  const raw = builder.project(cutPatches(builder), "v.patch_embd");
  let current = reshape(raw, [embeddingLength, patches]);
  const positions = builder.inputOf(I32, [patches * 4], "positions");
  if (builder.optional("v.pre_ln.weight")) current = builder.norm(current, "v.pre_ln", "norm");
  const inOrder = (x: GraphTensor, name: string): GraphTensor => {
    const order = builder.inputOf(I32, [patches / 4], name);
    const squares = getRows(reshape(x, [embeddingLength * 4, patches / 4]), order);
    return reshape(squares, [embeddingLength, patches, 1]);
  };
  let mask: GraphTensor | undefined;
  if (fullLayers.length > 0) {
    const window = builder.inputOf(F32, [patches, patches], "window mask");
    mask = builder.request.flashAttention ? cast(window, F16) : window;
    current = inOrder(current, "window order");
  }
  for (let layer = 0; layer < layers; layer++)
    current = builder.turnedLayer(
      current,
      layer,
      patches,
      "norm",
      positions,
      fullLayers.includes(layer) ? undefined : mask,
    );
  if (fullLayers.length > 0) current = inOrder(current, "order of patches");
  if (builder.optional("v.post_ln.weight")) current = builder.norm(current, "v.post_ln", "norm");
  const normed = builder.norm(current, "mm.input_norm", "rms_norm");
  return builder.feedForward(reshape(normed, [embeddingLength * 4, patches / 4, 1]), "mm.0", "mm.2");
}

/** Four copies put the pixels of a patch behind one another, squares of two by two patches together. */
function cutPatches(builder: TowerBuilder): GraphTensor {
  const { patchSize: side } = builder.tower;
  const [wide, high] = [Math.trunc(builder.columns / 2), Math.trunc(builder.rows / 2)];
  const lines = permute(reshape(builder.image(), [wide * 2 * side, 2 * side, high, 3]), [1, 2, 3, 0]);
  const one = contiguous(lines, [2 * side * 3, wide, 2 * side, high]);
  const two = contiguous(permute(one, [0, 2, 1, 3]), [2 * side * 3, side, 2, high * wide]);
  const three = contiguous(permute(two, [1, 0, 2, 3]), [side, 3, side, high * wide * 4]);
  return contiguous(permute(three, [2, 0, 1, 3]), [3 * side * side, high * wide * 4, 1]);
}

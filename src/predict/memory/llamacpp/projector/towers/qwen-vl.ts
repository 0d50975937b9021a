import { F16, F32, I32 } from "../../graph/element.ts";
import { cast, concat, contiguous, getRows, like, permute, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve } from "../tower-operations.ts";

/** Two frames in one: an image is both of them. */
function twoFrames(builder: TowerBuilder): GraphTensor {
  const image = builder.image();
  const { patchSize } = builder.tower;
  const [first, second] = ["v.patch_embd.weight", "v.patch_embd.weight.1"].map((name) =>
    convolve(builder.weight(name), image, patchSize),
  );
  return like("add", first!, second);
}

/** Places put in the order of squares of two by two, [width, patches, 1]. */
function inSquares(builder: TowerBuilder, x: GraphTensor): GraphTensor {
  const { embeddingLength } = builder.tower;
  const { columns, rows } = builder;
  const pairs = contiguous(x, [embeddingLength * 2, columns / 2, rows, 1]);
  const squares = permute(reshape(pairs, [embeddingLength * 2, columns / 2, 2, rows / 2]), [0, 2, 1, 3]);
  return contiguous(squares, [embeddingLength, columns * rows, 1]);
}

export function firstPatches(builder: TowerBuilder): GraphTensor {
  return inSquares(builder, permute(twoFrames(builder), [1, 2, 0, 3]));
}

export function learnedInSquares(builder: TowerBuilder): GraphTensor {
  return inSquares(builder, builder.learnedPlaces());
}

/** Qwen2-VL and 2.5-VL (models/qwen2vl.cpp): with windows, places are put in their order and back. */
export function qwen2vl(builder: TowerBuilder): GraphTensor {
  const { type, embeddingLength, windowPattern = 0, layers, projectionLength } = builder.tower;
  const { patches } = builder;
  const norm = type === "qwen2vl_merger" ? "norm" : "rms_norm";
  let current = firstPatches(builder);
  const positions = builder.inputOf(I32, [patches * 4], "positions");
  if (builder.optional("v.pre_ln.weight")) current = builder.norm(current, "v.pre_ln", norm);
  let mask: GraphTensor | undefined;
  if (windowPattern > 0) {
    const order = builder.inputOf(I32, [patches / 4], "window order");
    const window = builder.inputOf(F32, [patches, patches], "window mask");
    mask = builder.request.flashAttention ? cast(window, F16) : window;
    const squares = getRows(reshape(current, [embeddingLength * 4, patches / 4]), order);
    current = reshape(squares, [embeddingLength, patches, 1]);
  }
  for (let layer = 0; layer < layers; layer++) {
    const full = windowPattern === 0 || (layer + 1) % windowPattern === 0;
    current = builder.turnedLayer(current, layer, patches, norm, positions, full ? undefined : mask);
  }
  if (builder.optional("v.post_ln.weight")) current = builder.norm(current, "v.post_ln", norm);
  const out = builder.feedForward(reshape(current, [embeddingLength * 4, patches / 4, 1]), "mm.0", "mm.2");
  if (windowPattern === 0) return out;
  const back = builder.inputOf(I32, [patches / 4], "order of patches");
  return reshape(getRows(reshape(out, [projectionLength, patches / 4]), back), [projectionLength, patches / 4, 1]);
}

/** Qwen3-VL (models/qwen3vl.cpp): some layers give features of their own, set beside the last one's. */
export function qwen3vl(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers, merge } = builder.tower;
  const { patches } = builder;
  const square = merge * merge;
  const embedded = like("add", firstPatches(builder), builder.weight("v.patch_embd.bias"));
  let current = like("add", embedded, learnedInSquares(builder));
  const positions = builder.inputOf(I32, [patches * 4], "positions");
  if (builder.optional("v.pre_ln.weight")) current = builder.norm(current, "v.pre_ln", "norm");
  let deep: GraphTensor | undefined;
  for (let layer = 0; layer < layers; layer++) {
    current = builder.turnedLayer(current, layer, patches, "norm", positions);
    const name = `v.deepstack.${layer}`;
    if (builder.optional(`${name}.fc1.weight`) === undefined) continue;
    const joined = reshape(current, [embeddingLength * square, patches / square, 1]);
    const feature = builder.feedForward(builder.norm(joined, `${name}.norm`, "norm"), `${name}.fc1`, `${name}.fc2`);
    deep = deep === undefined ? feature : concat(deep, feature);
  }
  if (builder.optional("v.post_ln.weight")) current = builder.norm(current, "v.post_ln", "norm");
  const out = builder.feedForward(reshape(current, [embeddingLength * 4, patches / 4, 1]), "mm.0", "mm.2");
  return deep === undefined ? out : concat(out, deep);
}

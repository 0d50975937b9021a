import { I32 } from "../../graph/element.ts";
import { concat, getRows, like, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** CLIP and a projector of two layers (models/llava.cpp). */
export function llava(builder: TowerBuilder): GraphTensor {
  const chosen = llavaFeatures(builder);
  return builder.optional("mm.3.weight") === undefined ? twoLayers(builder, chosen) : normedLayers(builder, chosen);
}

/** The layers up to the deepest whose output is used: all but the last, or all of them. */
export function llavaFeatures(builder: TowerBuilder, leftOut: 0 | 1 = 1): GraphTensor {
  const { layers, featureLayers = [], embeddingLength } = builder.tower;
  const deepest = featureLayers.length > 0 ? Math.max(...featureLayers) : layers - leftOut;
  const own = builder.optional("v.class_embd");
  const places = builder.patches + (own === undefined ? 0 : 1);
  const embedded = builder.patchEmbeddings();
  const patches = own === undefined ? embedded : concat(embedded, own, 1);
  const positions = builder.inputOf(I32, [places], "positions");
  let current = like("add", patches, getRows(builder.weight("v.position_embd.weight"), positions));
  if (builder.optional("v.pre_ln.weight")) current = builder.norm(current, "v.pre_ln", "norm");
  const kept: GraphTensor[] = [];
  for (let layer = 0; layer < deepest; layer++) {
    if (featureLayers.includes(layer)) kept.push(current);
    current = builder.plainLayer(current, layer, places);
  }
  if (builder.optional("v.post_ln.weight")) current = builder.norm(current, "v.post_ln", "norm");
  if (featureLayers.includes(deepest)) kept.push(current);
  const features = kept.length === 0 ? current : kept.reduce((all, each) => concat(all, each));
  if (leftOut === 0) return features;
  const flat = reshape(features, [features.shape[0] || embeddingLength, features.shape[1]]);
  return getRows(flat, builder.inputOf(I32, [builder.patches], "patches"));
}

function twoLayers(builder: TowerBuilder, chosen: GraphTensor): GraphTensor {
  const between = like("unary", builder.project(chosen, "mm.0"));
  return builder.optional("mm.2.weight") === undefined ? between : builder.project(between, "mm.2");
}

/** Yi-VL: a norm behind each layer. */
function normedLayers(builder: TowerBuilder, chosen: GraphTensor): GraphTensor {
  const first = builder.norm(builder.project(chosen, "mm.0"), "mm.1", "norm");
  return builder.norm(builder.project(like("unary", first), "mm.3"), "mm.4", "norm");
}

import { concat, contiguous, like, multiplyMatrix, permute, reshape } from "../../graph/operations.ts";
import { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve, convolveEach, pool, turned } from "../tower-operations.ts";
import { llavaFeatures } from "./llava.ts";

/** MobileVLM's projectors are made for so many patches a side. */
const SIDE = 24;

/** MobileVLM (models/llava.cpp): two blocks of convolutions, the second of which halves the sides. */
export function mobileVlm(builder: TowerBuilder): GraphTensor {
  const first = like("unary", builder.project(llavaFeatures(builder), "mm.model.mlp.1"));
  const grid = asGrid(builder.project(first, "mm.model.mlp.3"));
  const one = inverted(builder, grid, "mm.model.mb_block.1.block", 1);
  const added = like("add", grid, channelsLast(one));
  const two = inverted(builder, added, "mm.model.mb_block.2.block", 2);
  return reshape(two, [two.shape[0], two.shape[1] * two.shape[2], two.shape[3]]);
}

/** MobileVLM 2: means of four, and a convolution that is added. */
export function mobileVlm2(builder: TowerBuilder): GraphTensor {
  const first = like("unary", builder.project(llavaFeatures(builder), "mm.model.mlp.0"));
  const pooled = pool(asGrid(builder.project(first, "mm.model.mlp.2")), 2, 2);
  const placed = channelsFirst(convolveEach(builder.weight("mm.model.peg.0.weight"), pooled, 1, 1));
  const shifted = like("add", placed, builder.weight("mm.model.peg.0.bias"));
  const all = like("add", shifted, channelsFirst(pooled));
  return reshape(all, [all.shape[0], all.shape[1] * all.shape[2], all.shape[3]]);
}

/** GLM-Edge-V: four patches become one, a mark on either side. */
export function glmEdge(builder: TowerBuilder): GraphTensor {
  const seen = llavaFeatures(builder, 0);
  const side = Math.floor(Math.sqrt(seen.shape[1]));
  const grid = contiguous(permute(seen, [1, 0, 2, 3]), [side, side, seen.shape[0]]);
  const fewer = convolve(builder.weight("adapter.conv.weight"), grid, 2);
  const [wide, high, channels] = fewer.shape;
  const flat = turned(reshape(fewer, [wide * high, channels, 1]));
  const shifted = like("add", flat, builder.weight("adapter.conv.bias"));
  const linear = builder.norm(builder.project(shifted, "adapter.linear.linear"), "adapter.linear.norm1", "norm");
  const inside = new GraphTensor("unary", linear.type, linear.shape, [linear], { owner: linear });
  const gate = builder.project(inside, "adapter.linear.gate");
  const raised = builder.project(inside, "adapter.linear.dense_h_to_4h");
  const out = builder.project(like("glu", gate, raised), "adapter.linear.dense_4h_to_h");
  return concat(concat(builder.weight("adapter.boi"), out, 1), builder.weight("adapter.eoi"), 1);
}

function asGrid(x: GraphTensor): GraphTensor {
  const apart = permute(x, [1, 0, 2, 3]);
  return contiguous(apart, [SIDE, SIDE, apart.shape[1], apart.shape[2]]);
}

function channelsFirst(grid: GraphTensor): GraphTensor {
  const apart = permute(grid, [1, 2, 0, 3]);
  return contiguous(apart, apart.shape);
}

function channelsLast(grid: GraphTensor): GraphTensor {
  const apart = permute(grid, [2, 0, 1, 3]);
  return contiguous(apart, apart.shape);
}

/** A block, its channels first: a convolution of each channel, a weight of each, a product. */
function inverted(builder: TowerBuilder, grid: GraphTensor, name: string, stride: number): GraphTensor {
  const weight = (part: string): GraphTensor => builder.weight(`${name}.${part}`);
  const normed = (x: GraphTensor, part: string): GraphTensor =>
    like("add", like("mul", like("norm", x), weight(`${part}.weight`)), weight(`${part}.bias`));
  const each = convolveEach(weight("0.0.weight"), grid, stride, 1);
  const bent = like("unary", channelsLast(normed(channelsFirst(each), "0.1")));
  const mean = pool(bent, bent.shape[0], 2);
  const flat = reshape(mean, [mean.shape[0] * mean.shape[1] * mean.shape[2], mean.shape[3]]);
  const asked = like("unary", builder.project(flat, `${name}.1.fc1`));
  const share = like("unary", builder.project(asked, `${name}.1.fc2`));
  const scaled = like("mul", bent, reshape(share, [1, 1, share.shape[0], share.shape[1]]));
  const [wide, high, channels, images] = scaled.shape;
  const rows = turned(reshape(scaled, [wide * high, channels, images]));
  const product = multiplyMatrix(weight("2.0.weight"), rows);
  return normed(reshape(product, [product.shape[0], wide, high, product.shape[3]]), "2.1");
}

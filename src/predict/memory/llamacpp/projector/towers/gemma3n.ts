import { F32 } from "../../graph/element.ts";
import { concat, contiguous, like, multiplyMatrix, permute, reshape } from "../../graph/operations.ts";
import { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolveEach, interpolate, padGrid, pool } from "../tower-operations.ts";

const STAGES = 4;
/** Cells of a side that the model reads. */
const SIDE = 16;

/** Gemma 3n's images (models/mobilenetv5.cpp): blocks of convolutions, as many of each stage as the file has. */
export function gemma3n(builder: TowerBuilder): GraphTensor {
  const stem = convolved(builder.weight("v.conv_stem.conv.weight"), samePadded(builder.image(), 3, 2), 2);
  const shift = builder.optional("v.conv_stem.conv.bias");
  const shifted = shift === undefined ? stem : like("add", stem, shift);
  let current = like("unary", evened(builder, shifted, "v.conv_stem.bn.weight"));
  const kept: GraphTensor[] = [];
  for (let stage = 0; stage < STAGES; stage++) {
    for (let index = 0; hasBlock(builder, `v.blk.${stage}.${index}`); index++)
      current = block(builder, current, `v.blk.${stage}.${index}`, index === 0 ? 2 : 1);
    if (stage >= 2) kept.push(current);
  }
  const fused = evened(builder, fusion(builder, kept), "v.msfa.norm.weight");
  const [wide, high, channels, images] = fused.shape;
  const apart = permute(permute(fused, [2, 1, 0, 3]), [0, 2, 1, 3]);
  const flat = reshape(contiguous(apart, apart.shape), [channels, wide * high, images]);
  const normed = like("rms_norm", like("scale", contiguous(flat, flat.shape)));
  const scale = builder.optional("mm.soft_emb_norm.weight");
  const scaled = scale === undefined ? normed : like("mul", normed, scale);
  return like("rms_norm", multiplyMatrix(builder.weight("mm.input_projection.weight"), scaled));
}

function hasBlock(builder: TowerBuilder, name: string): boolean {
  return ["conv_exp", "dw_start.conv", "pw_exp.conv", "attn.query.proj"].some(
    (part) => builder.optional(`${name}.${part}.weight`) !== undefined,
  );
}

function block(builder: TowerBuilder, into: GraphTensor, name: string, stride: number): GraphTensor {
  if (builder.optional(`${name}.conv_exp.weight`)) return edge(builder, into, name, stride);
  return builder.optional(`${name}.attn.query.proj.weight`)
    ? attention(builder, into, name)
    : inverted(builder, into, name, stride);
}

/** A convolution as one operation (`ggml_conv_2d_direct`), [columns, rows, channels, images]. */
function convolved(kernel: GraphTensor, grid: GraphTensor, stride: number, margin = 0): GraphTensor {
  const along = (length: number, window: number) => Math.floor((length + 2 * margin - window) / stride) + 1;
  const shape = [along(grid.shape[0], kernel.shape[0]), along(grid.shape[1], kernel.shape[1])] as const;
  return new GraphTensor("conv_2d", F32, [...shape, kernel.shape[3], grid.shape[3]], [kernel, grid]);
}

/** Padded so that a stride divides it, more behind than before. */
function samePadded(grid: GraphTensor, window: number, stride: number): GraphTensor {
  const [wide, high, channels, images] = grid.shape;
  const more = (length: number) => Math.max(0, (Math.ceil(length / stride) - 1) * stride + window - length);
  if (more(wide) === 0 && more(high) === 0) return grid;
  return padGrid(grid, [wide + more(wide), high + more(high), channels, images]);
}

/** A norm over channels, where its weight is there. */
function evened(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const scale = builder.optional(name);
  if (scale === undefined) return grid;
  const turned = permute(grid, [2, 1, 0, 3]);
  const scaled = permute(like("mul", like("rms_norm", contiguous(turned, turned.shape)), scale), [2, 1, 0, 3]);
  return contiguous(scaled, scaled.shape);
}

function sameShape(one: GraphTensor, other: GraphTensor): boolean {
  return [0, 1, 2].every((dimension) => one.shape[dimension] === other.shape[dimension]);
}

function edge(builder: TowerBuilder, into: GraphTensor, name: string, stride: number): GraphTensor {
  const kernel = builder.weight(`${name}.conv_exp.weight`);
  const wide = stride === 2 ? convolved(kernel, samePadded(into, 3, 2), 2) : convolved(kernel, into, stride, 1);
  const bent = like("unary", evened(builder, wide, `${name}.bn1.weight`));
  const narrow = evened(builder, convolved(builder.weight(`${name}.conv_pwl.weight`), bent, 1), `${name}.bn2.weight`);
  return stride === 1 && sameShape(into, narrow) ? like("add", narrow, into) : narrow;
}

function inverted(builder: TowerBuilder, into: GraphTensor, name: string, stride: number): GraphTensor {
  let current = into;
  const start = builder.optional(`${name}.dw_start.conv.weight`);
  if (start !== undefined) {
    const each = convolveEach(start, current, 1, Math.floor(start.shape[0] / 2));
    current = evened(builder, each, `${name}.dw_start.bn.weight`);
  }
  const raise = builder.optional(`${name}.pw_exp.conv.weight`);
  if (raise !== undefined)
    current = like("unary", evened(builder, convolved(raise, current, 1), `${name}.pw_exp.bn.weight`));
  const middle = builder.optional(`${name}.dw_mid.conv.weight`);
  if (middle !== undefined) {
    const window = middle.shape[0];
    const each =
      stride > 1
        ? convolveEach(middle, samePadded(current, window, stride), stride, 0)
        : convolveEach(middle, current, stride, Math.floor(window / 2));
    current = like("unary", evened(builder, each, `${name}.dw_mid.bn.weight`));
  }
  const lower = builder.optional(`${name}.pw_proj.conv.weight`);
  if (lower !== undefined) current = evened(builder, convolved(lower, current, 1), `${name}.pw_proj.bn.weight`);
  return added(builder, current, into, name);
}

function added(builder: TowerBuilder, current: GraphTensor, into: GraphTensor, name: string): GraphTensor {
  const scale = builder.optional(`${name}.layer_scale.gamma`);
  const scaled = scale === undefined ? current : like("mul", current, scale);
  return sameShape(into, scaled) ? like("add", scaled, into) : scaled;
}

/** Many queries, keys and values of one head, those of every other place. */
function attention(builder: TowerBuilder, into: GraphTensor, name: string): GraphTensor {
  const normed = evened(builder, into, `${name}.norm.weight`);
  const weight = (part: string): GraphTensor => builder.weight(`${name}.attn.${part}.weight`);
  const query = convolved(weight("query.proj"), normed, 1);
  const fewer = (part: "key" | "value"): GraphTensor => {
    const down = builder.optional(`${name}.attn.${part}.down_conv.weight`);
    if (down === undefined) return convolved(weight(`${part}.proj`), normed, 1);
    const halved = convolveEach(down, samePadded(normed, down.shape[0], 2), 2, 0);
    return convolved(weight(`${part}.proj`), evened(builder, halved, `${name}.attn.${part}.norm.weight`), 1);
  };
  const [key, value] = [fewer("key"), fewer("value")];
  const [wide, high, , images] = normed.shape;
  const length = key.shape[2];
  const heads = Math.floor(query.shape[2] / length);
  const split = (x: GraphTensor, count: number): GraphTensor => {
    const cells = x.shape[0] * x.shape[1];
    return reshape(reshape(x, [cells, length * count, images]), [cells, length, count, images]);
  };
  const dense = (x: GraphTensor): GraphTensor => contiguous(x, x.shape);
  const q = dense(permute(split(query, heads), [1, 0, 2, 3]));
  const k = dense(permute(split(key, 1), [1, 0, 2, 3]));
  const v = dense(split(value, 1));
  const weights = like("soft_max", like("scale", multiplyMatrix(k, q)));
  const mixed = dense(permute(multiplyMatrix(v, weights), [1, 0, 2, 3]));
  const grid = reshape(reshape(mixed, [wide * high, length * heads, images]), [wide, high, length * heads, images]);
  return added(builder, convolved(weight("output.proj"), dense(grid), 1), into, name);
}

/** The last two stages at the finer one's size, behind one another, then means of squares. */
function fusion(builder: TowerBuilder, kept: readonly GraphTensor[]): GraphTensor {
  const [finest] = kept;
  const [wide, high] = finest!.shape;
  const sized = kept.map((grid) =>
    grid.shape[0] < wide || grid.shape[1] < high ? interpolate(grid, wide, high) : grid,
  );
  let current = sized.reduce((all, each) => concat(all, each, 2));
  const raise = builder.optional("v.msfa.ffn.pw_exp.conv.weight");
  if (raise !== undefined)
    current = like("unary", evened(builder, convolved(raise, current, 1), "v.msfa.ffn.pw_exp.bn.weight"));
  const lower = builder.optional("v.msfa.ffn.pw_proj.conv.weight");
  if (lower !== undefined) current = evened(builder, convolved(lower, current, 1), "v.msfa.ffn.pw_proj.bn.weight");
  return current.shape[0] > SIDE ? pool(current, Math.trunc(current.shape[0] / SIDE), 2) : current;
}

import { F32 } from "../../graph/element.ts";
import {
  contiguous,
  like,
  multiplyMatrix,
  permute,
  reshape,
  shortConvolution,
  transpose,
  view,
} from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve, padGrid } from "../tower-operations.ts";

/** Places are read in blocks, each with as many before it. */
const BLOCK = 12;
const SPAN = 24;
const RELATIVE = 13;
const KERNEL = 5;

/** Sound of Gemma 4 (models/gemma4a.cpp): a conformer, its attention within blocks. */
export function gemma4Sound(builder: TowerBuilder): GraphTensor {
  const { layers, heads, headLength } = builder.tower;
  let current = subsampled(builder);
  const places = current.shape[1];
  const blocks = Math.ceil(places / BLOCK);
  const relative = builder.inputOf(F32, [heads * headLength, RELATIVE], "places");
  const mask = builder.inputOf(F32, [SPAN, BLOCK, blocks], "mask");
  for (let layer = 0; layer < layers; layer++) {
    const name = `a.blk.${layer}`;
    const first = halfStep(builder, current, name, "");
    const attended = like("add", first, attention(builder, first, name, relative, mask));
    const convolved = like("add", attended, convolution(builder, attended, name));
    const second = halfStep(builder, convolved, name, "_1");
    current = builder.norm(second, `${name}.ln2`, "rms_norm");
  }
  if (builder.optional("a.pre_encode.out.weight")) current = builder.project(current, "a.pre_encode.out");
  const normed = builder.norm(current, "mm.a.soft_emb_norm", "rms_norm");
  return builder.optional("mm.a.input_projection.weight") ? builder.project(normed, "mm.a.input_projection") : normed;
}

function subsampled(builder: TowerBuilder): GraphTensor {
  const sound = builder.image(1);
  let grid = contiguous(transpose(sound), transpose(sound).shape);
  for (const index of [0, 1]) {
    const fewer = convolve(builder.weight(`a.conv1d.${index}.weight`), grid, 2, 1);
    const shift = builder.optional(`a.conv1d.${index}.bias`);
    grid = shift === undefined ? fewer : like("add", fewer, shift);
    const scale = builder.optional(`a.conv1d.${index}.norm.weight`);
    if (scale !== undefined) grid = turnedBack(like("mul", like("norm", channelsFirst(grid)), scale));
    grid = like("unary", grid);
  }
  const flat = channelsFirst(grid);
  return builder.project(reshape(flat, [flat.shape[0] * flat.shape[1], flat.shape[2]]), "a.input_projection");
}

function channelsFirst(grid: GraphTensor): GraphTensor {
  const apart = permute(grid, [1, 2, 0, 3]);
  return contiguous(apart, apart.shape);
}

function turnedBack(grid: GraphTensor): GraphTensor {
  const apart = permute(grid, [2, 0, 1, 3]);
  return contiguous(apart, apart.shape);
}

function halfStep(builder: TowerBuilder, into: GraphTensor, name: string, which: "" | "_1"): GraphTensor {
  const normed = builder.norm(into, `${name}.ffn_norm${which}`, "rms_norm");
  const fed = builder.feedForward(normed, `${name}.ffn_up${which}`, `${name}.ffn_down${which}`);
  const after = `${name}.ffn_post_norm${which}`;
  const out = builder.optional(`${after}.weight`) ? builder.norm(fed, after, "rms_norm") : fed;
  return like("add", into, like("scale", out));
}

function attention(
  builder: TowerBuilder,
  into: GraphTensor,
  name: string,
  relative: GraphTensor,
  mask: GraphTensor,
): GraphTensor {
  const { heads, headLength } = builder.tower;
  const places = into.shape[1];
  const blocks = mask.shape[2];
  const before = builder.optional(`${name}.attn_pre_norm.weight`) ? `${name}.attn_pre_norm` : `${name}.ln1`;
  const normed = builder.norm(into, before, "rms_norm");
  const [query, key, value] = ["attn_q", "attn_k", "attn_v"].map((part) =>
    reshape(builder.multiply(builder.weight(`${name}.${part}.weight`), normed, ".weight"), [headLength, heads, places]),
  );
  const scaled = (x: GraphTensor, part: string): GraphTensor => {
    const scale = builder.optional(`${name}.${part}.weight`);
    const first = like("scale", x);
    return scale === undefined ? first : like("mul", first, reshape(scale, [headLength, 1, 1]));
  };
  const padded = padGrid(scaled(query!, "per_dim_scale"), [headLength, heads, blocks * BLOCK, 1]);
  const cut = permute(reshape(padded, [headLength, heads, BLOCK, blocks]), [0, 3, 1, 2]);
  const q = contiguous(cut, cut.shape);
  const spread = (x: GraphTensor): GraphTensor => {
    const wide = padGrid(x, [headLength, heads, SPAN * blocks, 1]);
    const windows = view(
      wide,
      [headLength, heads, SPAN, blocks],
      [wide.strides[1], wide.strides[2], BLOCK * wide.strides[2]],
    );
    return contiguous(windows, windows.shape);
  };
  const keys = permute(spread(scaled(key!, "per_dim_k_scale")), [0, 3, 1, 2]);
  const k = contiguous(keys, keys.shape);
  const values = permute(spread(value!), [1, 3, 0, 2]);
  const v = contiguous(values, values.shape);
  let scores = multiplyMatrix(k, q);
  const table = builder.optional(`${name}.attn_k_rel.weight`);
  if (table !== undefined) scores = like("add", scores, byDistance(multiplyMatrix(table, relative), q, heads));
  const capped = like("scale", like("unary", like("scale", scores)));
  const weights = like("soft_max", like("add", capped, mask));
  const mixed = permute(multiplyMatrix(v, weights), [0, 2, 3, 1]);
  const dense = contiguous(contiguous(mixed, mixed.shape), [headLength * heads, BLOCK * blocks]);
  const kept =
    blocks * BLOCK > places
      ? contiguous(view(dense, [headLength * heads, places], [dense.strides[1]]), [headLength * heads, places])
      : dense;
  const out = builder.project(kept, `${name}.attn_out`);
  const after = `${name}.attn_post_norm`;
  return builder.optional(`${after}.weight`) ? builder.norm(out, after, "rms_norm") : out;
}

/** Scores by distance, shifted into the places they are for. */
function byDistance(table: GraphTensor, query: GraphTensor, heads: number): GraphTensor {
  const [headLength, , blocks] = query.shape;
  const apart = permute(reshape(table, [headLength, heads, RELATIVE]), [0, 2, 1, 3]);
  const distances = contiguous(apart, apart.shape);
  const product = multiplyMatrix(distances, reshape(query, [headLength, BLOCK * blocks, heads]));
  const wide = padGrid(reshape(product, [RELATIVE, BLOCK, blocks, heads]), [SPAN + 1, BLOCK, blocks, heads]);
  const rows = reshape(wide, [(SPAN + 1) * BLOCK, blocks, heads]);
  const shifted = view(rows, [BLOCK * SPAN, blocks, heads], [rows.strides[1], rows.strides[2]]);
  return reshape(contiguous(shifted, shifted.shape), [SPAN, BLOCK, blocks, heads]);
}

function convolution(builder: TowerBuilder, into: GraphTensor, name: string): GraphTensor {
  const normed = builder.norm(into, `${name}.conv_norm`, "rms_norm");
  const both = builder.multiply(builder.weight(`${name}.conv_pw1.weight`), normed, ".weight");
  const [twice, places] = both.shape;
  const half = (): GraphTensor => view(both, [twice / 2, places], [both.strides[1]]);
  const gate = like("unary", contiguous(half(), [twice / 2, places]));
  const gated = transpose(like("mul", half(), gate));
  const lying = contiguous(gated, gated.shape);
  const padded = padGrid(lying, [lying.shape[0] + KERNEL - 1, lying.shape[1], 1, 1]);
  const short = shortConvolution(padded, builder.weight(`${name}.conv_dw.weight`));
  const shift = builder.optional(`${name}.conv_dw.bias`);
  const shifted = shift === undefined ? short : like("add", short, shift);
  const scale = builder.optional(`${name}.norm_conv.weight`);
  const evened = scale === undefined ? shifted : like("mul", like("rms_norm", shifted), scale);
  return builder.multiply(builder.weight(`${name}.conv_pw2.weight`), like("unary", evened), ".weight");
}

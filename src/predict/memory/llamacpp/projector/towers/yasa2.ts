import { contiguous, like, multiplyMatrix, permute, reshape, sumRows } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolve, convolveEach, pool, turned } from "../tower-operations.ts";

/** Cells of a side that are left. */
const SIDE = 8;

/** Yasa 2 (models/yasa2.cpp): a ConvNeXt of as many stages and blocks as the file has. */
export function yasa2(builder: TowerBuilder): GraphTensor {
  const patches = convolve(builder.weight("v.patch_embd.weight"), builder.image(), builder.tower.patchSize);
  let current = evened(builder, channelShifted(builder, patches, "v.patch_embd.bias"), "v.patch_ln");
  for (let stage = 0; hasStage(builder, stage); stage++) {
    const name = `v.stage.${stage}`;
    const down = builder.optional(`${name}.down.conv.weight`);
    if (down !== undefined) {
      const halved = convolve(down, evened(builder, current, `${name}.down.ln`), 2);
      current = channelShifted(builder, halved, `${name}.down.conv.bias`);
    }
    for (let index = 0; builder.optional(`${name}.blk.${index}.dw.weight`); index++)
      current = block(builder, current, `${name}.blk.${index}`);
  }
  const table = builder.optional("v.vision_pos_embed");
  const tokens = asTokens(current);
  const placed =
    table !== undefined && table.shape[1] === tokens.shape[1]
      ? like("add", tokens, reshape(table, [table.shape[0], table.shape[1], 1]))
      : tokens;
  const [wide, high] = current.shape;
  const grid = reshape(turned(placed), [wide, high, placed.shape[0], placed.shape[2]]);
  const pooled = pool(grid, Math.max(1, Math.trunc(wide / Math.min(SIDE, wide))), 2);
  return builder.feedForward(asTokens(pooled), "mm.0", "mm.2");
}

function hasStage(builder: TowerBuilder, stage: number): boolean {
  return ["down.conv.weight", "blk.0.dw.weight"].some((part) => builder.optional(`v.stage.${stage}.${part}`));
}

function asTokens(grid: GraphTensor): GraphTensor {
  const [wide, high, channels, images] = grid.shape;
  return turned(reshape(grid, [wide * high, channels, images]));
}

function channelShifted(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const shift = builder.optional(name);
  return shift === undefined ? grid : like("add", grid, reshape(shift, [1, 1, shift.shape[0], 1]));
}

function channelScaled(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const scale = builder.optional(name);
  return scale === undefined ? grid : like("mul", grid, reshape(scale, [1, 1, scale.shape[0], 1]));
}

/** A norm over channels, in single operations. */
function evened(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const first = permute(grid, [2, 1, 0, 3]);
  const channels = contiguous(first, first.shape);
  const apart = like("sub", channels, sumRows(channels, "mean"));
  const spread = like("sqrt", like("clamp", sumRows(like("mul", apart, apart), "mean")));
  const back = permute(like("div", apart, spread), [2, 1, 0, 3]);
  const scaled = channelScaled(builder, contiguous(back, back.shape), `${name}.weight`);
  return channelShifted(builder, scaled, `${name}.bias`);
}

function block(builder: TowerBuilder, into: GraphTensor, name: string): GraphTensor {
  const each = convolveEach(builder.weight(`${name}.dw.weight`), into, 1, 3);
  const normed = evened(builder, channelShifted(builder, each, `${name}.dw.bias`), `${name}.ln`);
  const raised = like("unary", layer(builder, normed, `${name}.pw1`));
  const answered = response(builder, raised, `${name}.grn`);
  return like("add", into, layer(builder, answered, `${name}.pw2`));
}

/** A product over channels, back as a grid. */
function layer(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const [wide, high, , images] = grid.shape;
  const product = multiplyMatrix(builder.weight(`${name}.weight`), asTokens(grid));
  const shift = builder.optional(`${name}.bias`);
  const shifted = shift === undefined ? product : like("add", product, reshape(shift, [shift.shape[0], 1, 1]));
  return reshape(turned(shifted), [wide, high, shifted.shape[0], images]);
}

/** Channels weighed by how much they hold (global response normalisation). */
function response(builder: TowerBuilder, grid: GraphTensor, name: string): GraphTensor {
  const [wide, high, channels, images] = grid.shape;
  const held = like("sqrt", sumRows(reshape(like("mul", grid, grid), [wide * high, channels, 1, images])));
  const mean = like("clamp", sumRows(turned(held), "mean"));
  const share = permute(like("div", held, mean), [0, 2, 1, 3]);
  const scaled = channelScaled(builder, like("mul", grid, contiguous(share, share.shape)), `${name}.weight`);
  return like("add", grid, channelShifted(builder, scaled, `${name}.bias`));
}

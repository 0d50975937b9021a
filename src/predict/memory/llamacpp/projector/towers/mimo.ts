import { F16, F32, I32, rowBytes } from "../../graph/element.ts";
import { cast, getRows, like, reshape, sortOrder, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { firstPatches } from "./qwen-vl.ts";

/** MiMo-VL (models/mimovl.cpp): windows along rows or columns, with a sink for every head. */
export function mimo(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, layers, merge, windowModes = [] } = builder.tower;
  const { patches } = builder;
  const square = merge * merge;
  const embedded = firstPatches(builder);
  const positions = ["rows", "columns"].map((name) => builder.inputOf(I32, [patches * 4], name));
  const order = builder.inputOf(F32, [patches / square], "columns first");
  const [there, back] = [cast(order, I32), sortOrder(order, I32)];
  const window = builder.inputOf(F32, [patches, patches], "window mask");
  const mask = builder.request.flashAttention ? cast(window, F16) : window;
  const reordered = (x: GraphTensor, indices: GraphTensor): GraphTensor =>
    reshape(getRows(reshape(x, [embeddingLength * square, patches / square]), indices), [embeddingLength, patches, 1]);
  let current = embedded;
  let before = -1;
  for (let layer = 0; layer < layers; layer++) {
    const mode = windowModes[layer] ?? -1;
    if (mode === 1 && before !== 1) current = reordered(current, there);
    else if (mode !== 1 && before === 1) current = reordered(current, back);
    current = windowLayer(builder, current, `v.blk.${layer}`, {
      positions: positions[mode === 1 ? 1 : 0]!,
      ...(mode !== -1 && { mask, sinks: builder.weight(`v.blk.${layer}.attn_sinks`) }),
    });
    before = mode;
  }
  if (before === 1) current = reordered(current, back);
  const joined = reshape(builder.norm(current, "v.post_ln", "norm"), [embeddingLength * square, patches / square, 1]);
  const raised = builder.multiply(builder.weight("mm.0.weight"), joined, "mm");
  return builder.multiply(builder.weight("mm.2.weight"), like("unary", raised), "mm");
}

interface Sees {
  readonly positions: GraphTensor;
  readonly mask?: GraphTensor;
  readonly sinks?: GraphTensor;
}

function windowLayer(builder: TowerBuilder, into: GraphTensor, name: string, sees: Sees): GraphTensor {
  const { heads, kvHeads } = builder.tower;
  const all = builder.project(builder.norm(into, `${name}.ln1`, "rms_norm"), `${name}.attn_qkv`);
  // heads are not a share of the width
  const length = all.shape[0] / (heads + 2 * kvHeads);
  const part = (count: number): GraphTensor =>
    view(all, [length, count, builder.patches], [rowBytes(all.type, length), all.strides[1]]);
  const [query, key, value] = [part(heads), part(kvHeads), part(kvHeads)];
  const turned = [query, key].map((each) => like("rope", each, sees.positions));
  const mixed = builder.attend(turned[0]!, turned[1]!, value, `${name}.attn_out`, sees.mask, sees.sinks);
  const middle = like("add", mixed, into);
  const normed = builder.norm(middle, `${name}.ln2`, "rms_norm");
  return like("add", middle, builder.feedForward(normed, `${name}.ffn_up`, `${name}.ffn_down`, `${name}.ffn_gate`));
}

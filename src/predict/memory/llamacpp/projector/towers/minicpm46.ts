import { F16, F32, I32 } from "../../graph/element.ts";
import { cast, concat, getRows, like } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** MiniCPM-V 4.6 (models/minicpmv.cpp): after some layers four places become one, and once more behind the last. */
export function minicpm46(builder: TowerBuilder): GraphTensor {
  const { layers, merge, mergedAfter = 0 } = builder.tower;
  const { patches, columns, rows } = builder;
  const early = merge !== 2;
  const halved = Math.trunc(columns / 2) * Math.trunc(rows / 2);
  const tokens = early ? Math.trunc(Math.trunc(rows / 2) / 2) * Math.trunc(Math.trunc(columns / 2) / 2) : halved;
  const learned = getRows(builder.weight("v.position_embd.weight"), builder.inputOf(I32, [patches], "positions"));
  const inside = early ? windowInputs(builder, halved) : undefined;
  const last = quarters(builder, tokens);
  let current = like("add", builder.patchEmbeddings(), learned);
  if (builder.optional("v.pre_ln.weight")) current = builder.norm(current, "v.pre_ln", "norm");
  for (let layer = 0; layer < layers; layer++) {
    const merged = inside !== undefined && layer > mergedAfter;
    current = builder.plainLayer(current, layer, merged ? halved : patches);
    if (inside !== undefined && layer === mergedAfter) current = mergedPlaces(builder, current, inside);
  }
  if (builder.optional("v.post_ln.weight")) current = builder.norm(current, "v.post_ln", "norm");
  const [first, ...others] = last.map((places) => getRows(current, places));
  const joined = others.reduce((all, each) => concat(all, each), first!);
  return builder.feedForward(builder.norm(joined, "mm.input_norm", "norm"), "mm.up", "mm.down");
}

interface WindowInputs {
  readonly order: GraphTensor;
  readonly back: GraphTensor;
  readonly mask: GraphTensor;
  readonly places: readonly GraphTensor[];
}

function windowInputs(builder: TowerBuilder, halved: number): WindowInputs {
  const { patches } = builder;
  const order = builder.inputOf(I32, [patches], "window order");
  const back = builder.inputOf(I32, [patches], "order of patches");
  const window = builder.inputOf(F32, [patches, patches], "window mask");
  const mask = builder.request.flashAttention ? cast(window, F16) : window;
  return { order, back, mask, places: quarters(builder, halved) };
}

function quarters(builder: TowerBuilder, count: number): GraphTensor[] {
  return [0, 1, 2, 3].map((corner) => builder.inputOf(I32, [count], `corner ${corner}`));
}

function mergedPlaces(builder: TowerBuilder, into: GraphTensor, inside: WindowInputs): GraphTensor {
  const { patches } = builder;
  const ordered = getRows(builder.norm(into, "v.vit_merger.ln1", "norm"), inside.order);
  const { query, key, value } = builder.heads(ordered, "v.vit_merger", patches, "norm");
  const mixed = builder.attend(query, key, value, "v.vit_merger.attn_out", inside.mask);
  const current = like("add", getRows(mixed, inside.back), into);
  const corners = inside.places.map((places) => getRows(current, places));
  const [first, ...others] = corners;
  const mean = like(
    "scale",
    others.reduce((sum, each) => like("add", sum, each), first!),
  );
  const joined = others.reduce((all, each) => concat(all, each), first!);
  const normed = builder.norm(joined, "v.vit_merger.ds_ln", "norm");
  return like("add", builder.feedForward(normed, "v.vit_merger.ds_ffn_up", "v.vit_merger.ds_ffn_down"), mean);
}

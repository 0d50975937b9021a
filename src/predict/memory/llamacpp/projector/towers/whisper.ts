import { F32, rowBytes } from "../../graph/element.ts";
import { concat, like, multiplyMatrix, view } from "../../graph/operations.ts";
import { GraphTensor, elements } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { convolveAlong, turned } from "../tower-operations.ts";

/** Whisper's encoder and what follows it in Ultravox, Voxtral, Qwen2-Audio and others (models/whisper-enc.cpp). */
export function whisper(builder: TowerBuilder): GraphTensor {
  const { type, audio } = builder.tower;
  const places = Math.floor(builder.request.size.width / 2);
  const sound = builder.image(1);
  const shifted = (name: string, signal: GraphTensor, stride: number): GraphTensor => {
    const heard = convolveAlong(builder.weight(`${name}.weight`), signal, stride);
    return like("unary", like("add", heard, builder.weight(`${name}.bias`)));
  };
  const heard = turned(shifted("a.conv1d.2", shifted("a.conv1d.1", sound, 1), 2));
  const table = builder.weight("a.position_embd.weight");
  const learned = view(table, [table.shape[0], places], [table.strides[1]]);
  const seen = builder.transformer(heard, places, { norm: "norm", learned });
  const stacks = type === "ultravox" || type === "voxtral" || type === "meralion";
  return BEHIND[type]!(builder, stacks ? stacked(seen, audio!.stackFactor, builder.tower.embeddingLength) : seen);
}

/** So many places one behind the other, padded to whole ones (`build_stack`). */
function stacked(x: GraphTensor, factor: number, width: number): GraphTensor {
  if (factor <= 1) return x;
  const stride = width * factor;
  const total = elements(x.shape);
  // GGML_PAD clears bits: of a stride that is no power of two it makes whole strides by luck
  const padded = (total + stride - 1) & ~(stride - 1);
  const flat = padded > total ? new GraphTensor("pad", F32, [padded, 1, 1, 1], [view(x, [total])]) : x;
  return view(flat, [stride, Math.trunc(padded / stride)], [rowBytes(flat.type, stride)]);
}

const BEHIND: Readonly<Record<string, (builder: TowerBuilder, seen: GraphTensor) => GraphTensor>> = {
  ultravox: (builder, seen) => {
    const normed = like("mul", like("rms_norm", seen), builder.weight("mm.a.norm_pre.weight"));
    const both = multiplyMatrix(builder.weight("mm.a.mlp.1.weight"), normed);
    const [a, b, c, d] = both.shape;
    const half = new GraphTensor("glu", both.type, [a / 2, b, c, d], [both]);
    const middle = like("mul", like("rms_norm", half), builder.weight("mm.a.norm_mid.weight"));
    return multiplyMatrix(builder.weight("mm.a.mlp.2.weight"), middle);
  },
  qwen2a: (builder, seen) => builder.project(seen, "mm.a.fc"),
  "qwen2.5o": (builder, seen) => builder.project(seen, "mm.a.fc"),
  voxtral: (builder, seen) => builder.feedForward(seen, "mm.a.mlp.1", "mm.a.mlp.2"),
  musicflamingo: (builder, seen) => builder.feedForward(seen, "mm.a.mlp.1", "mm.a.mlp.2"),
  meralion: (builder, seen) => {
    const normed = builder.norm(seen, "mm.a.norm_pre", "norm");
    const first = like("unary", builder.project(normed, "mm.a.mlp.0"));
    const gate = like("unary", builder.project(first, "mm.a.mlp.1"));
    return builder.project(like("mul", gate, builder.project(first, "mm.a.mlp.2")), "mm.a.mlp.3");
  },
  glma: (builder, seen) => {
    const normed = builder.norm(seen, "mm.a.norm_pre", "norm");
    const joined = stacked(normed, builder.tower.audio!.stackFactor, builder.tower.embeddingLength);
    const out = builder.feedForward(joined, "mm.a.mlp.1", "mm.a.mlp.2");
    return concat(concat(builder.weight("v.boi"), out, 1), builder.weight("v.eoi"), 1);
  },
};

import { contiguous, like, multiplyMatrix, reshape, transpose } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { pool, turned } from "../tower-operations.ts";

/** SigLIP and what follows it in Gemma 3, SmolVLM, LFM2-VL, Janus Pro and Phi-4 (models/siglip.cpp). */
export function siglip(builder: TowerBuilder): GraphTensor {
  const { type } = builder.tower;
  const learned =
    type === "lfm2" || type === "phi4" ? () => builder.learnedPlaces() : () => builder.weight("v.position_embd.weight");
  const patches = builder.patchEmbeddings();
  const seen = builder.transformer(patches, builder.patches, { norm: "norm", learned: learned() });
  return BEHIND[type]!(builder, seen);
}

const BEHIND: Readonly<Record<string, (builder: TowerBuilder, seen: GraphTensor) => GraphTensor>> = {
  gemma3: (builder, seen) => {
    const { embeddingLength, merge } = builder.tower;
    const grid = contiguous(transpose(seen), [builder.columns, builder.columns, embeddingLength, 1]);
    const pooled = pool(grid, merge, 2);
    const tokens = turned(reshape(pooled, [pooled.shape[0] ** 2, embeddingLength, 1]));
    const normed = like("mul", like("rms_norm", tokens), builder.weight("mm.soft_emb_norm.weight"));
    return multiplyMatrix(turned(builder.weight("mm.input_projection.weight")), normed);
  },
  idefics3: (builder, seen) =>
    builder.multiply(builder.weight("mm.model.fc.weight"), builder.mergedPatches(seen, builder.tower.merge), "mm"),
  lfm2: (builder, seen) => {
    const merged = builder.mergedPatches(seen, builder.tower.merge);
    const scale = builder.optional("mm.input_norm.weight");
    const shift = builder.optional("mm.input_norm.bias");
    const scaled = scale === undefined ? merged : like("mul", like("norm", merged), scale);
    const shifted = shift === undefined ? scaled : like("add", scaled, shift);
    return builder.feedForward(shifted, "mm.1", "mm.2");
  },
  janus_pro: (builder, seen) => builder.feedForward(seen, "mm.0", "mm.1"),
  phi4: (builder, seen) => builder.feedForward(seen, "mm.0", "mm.2"),
};

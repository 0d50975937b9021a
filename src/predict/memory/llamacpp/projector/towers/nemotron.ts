import { concat, like, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";

/** Nemotron VL (models/nemotron-v2-vl.cpp): marks before the patches, left out behind the layers. */
export function nemotron(builder: TowerBuilder): GraphTensor {
  const { embeddingLength, merge } = builder.tower;
  const { patches } = builder;
  const marks = builder.weight("v.class_embd");
  const placed = like("add", builder.patchEmbeddings(), builder.weight("v.position_embd.weight"));
  const all = concat(marks, placed, 1);
  const seen = builder.transformer(all, patches + marks.shape[1], { norm: "norm" });
  const kept = view(seen, [embeddingLength, patches], [seen.strides[1]]);
  const normed = builder.norm(builder.mergedPatches(kept, merge), "mm.model.mlp.0", "rms_norm");
  const raised = like("sqr", like("unary", builder.project(normed, "mm.model.mlp.1")));
  return builder.project(raised, "mm.model.mlp.3");
}

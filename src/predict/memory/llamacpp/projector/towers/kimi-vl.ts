import { I32, rowBytes } from "../../graph/element.ts";
import { contiguous, like, permute, view } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { interpolate } from "../tower-operations.ts";

/** Kimi-VL and Kimi K2.5 (models/kimivl.cpp, kimik25.cpp). */
export function kimiVl(builder: TowerBuilder): GraphTensor {
  const { merge, embeddingLength, type } = builder.tower;
  const { patches } = builder;
  const [rows, columns] = ["rows", "columns"].map((name) => builder.inputOf(I32, [patches], name));
  const later = type === "kimik25";
  const learned = later ? placesOfGrid(builder) : builder.learnedPlaces();
  const embedded = builder.patchEmbeddings();
  const turn = (heads: GraphTensor) => like("rope", like("rope", heads, columns), rows);
  const seen = later
    ? builder.transformer(like("add", embedded, learned), patches, { norm: "norm", turn })
    : builder.transformer(embedded, patches, { norm: "norm", learned, turn });
  const merged = builder.mergedPatches(seen, merge);
  const [width, tokens] = merged.shape;
  const apart = view(merged, [embeddingLength, tokens * merge * merge], [rowBytes(merged.type, embeddingLength)]);
  const normed = builder.norm(apart, "mm.input_norm", "norm");
  const joined = view(normed, [width, tokens], [rowBytes(normed.type, width)]);
  return builder.feedForward(joined, "mm.1", "mm.2");
}

/** The table is a grid already. */
function placesOfGrid(builder: TowerBuilder): GraphTensor {
  const table = builder.weight("v.position_embd.weight");
  const { embeddingLength } = builder.tower;
  const { columns, rows, patches } = builder;
  if (table.shape[1] === columns && table.shape[2] === rows) return contiguous(table, [embeddingLength, patches]);
  const scaled = permute(interpolate(permute(table, [2, 1, 0, 3]), rows, columns), [2, 1, 0, 3]);
  return contiguous(scaled, [embeddingLength, patches]);
}

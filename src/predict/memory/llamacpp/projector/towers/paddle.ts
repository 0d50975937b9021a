import { I32 } from "../../graph/element.ts";
import { like, reshape } from "../../graph/operations.ts";
import type { GraphTensor } from "../../graph/tensor.ts";
import type { TowerBuilder } from "../tower-builder.ts";
import { firstPatches, learnedInSquares } from "./qwen-vl.ts";

/** Places turned by one operation, each by four numbers. */
function turnedByPlace(builder: TowerBuilder): (heads: GraphTensor) => GraphTensor {
  const positions = builder.inputOf(I32, [builder.patches * 4], "positions");
  return (heads) => like("rope", heads, positions);
}

/** PaddleOCR-VL (models/paddleocr.cpp): each patch normed, squares of them joined. */
export function paddleOcr(builder: TowerBuilder): GraphTensor {
  const turn = turnedByPlace(builder);
  const learned = builder.learnedPlaces();
  const seen = builder.transformer(builder.patchEmbeddings(), builder.patches, { norm: "norm", learned, turn });
  const normed = builder.norm(seen, "mm.input_norm", "norm");
  return builder.feedForward(builder.mergedPatches(normed, builder.tower.merge), "mm.1", "mm.2");
}

/** dots.ocr (models/dotsocr.cpp): the same without a table of places, its last norm under another name. */
export function dotsOcr(builder: TowerBuilder): GraphTensor {
  const turn = turnedByPlace(builder);
  const seen = builder.transformer(builder.patchEmbeddings(), builder.patches, {
    norm: "rms_norm",
    turn,
    lastNorm: "mm.post_norm",
  });
  const normed = builder.norm(seen, "mm.input_norm", "norm");
  return builder.feedForward(builder.mergedPatches(normed, builder.tower.merge), "mm.0", "mm.2");
}

/** Ling 3 VL (models/ling3vl.cpp): Qwen3-VL's encoder, each patch normed before four become one. */
export function lingVl(builder: TowerBuilder): GraphTensor {
  const { embeddingLength } = builder.tower;
  const { patches } = builder;
  const shift = builder.optional("v.patch_embd.bias");
  const first = firstPatches(builder);
  const embedded = shift === undefined ? first : like("add", first, shift);
  const learned = learnedInSquares(builder);
  const seen = builder.transformer(embedded, patches, { norm: "norm", learned, turn: turnedByPlace(builder) });
  const normed = builder.norm(seen, "mm.input_norm", "norm");
  return builder.feedForward(reshape(normed, [embeddingLength * 4, patches / 4, 1]), "mm.0", "mm.2");
}

/** MiniMax-M3 (models/minimax-m3.cpp): two layers for every patch, two for each square of them. */
export function minimax(builder: TowerBuilder): GraphTensor {
  const { merge } = builder.tower;
  const { patches } = builder;
  const embedded = firstPatches(builder);
  const [down, across] = ["rows", "columns"].map((name) => builder.inputOf(I32, [patches], name));
  const turn = (heads: GraphTensor): GraphTensor => like("rope", like("rope", heads, down), across);
  const seen = builder.transformer(embedded, patches, { norm: "norm", turn });
  const each = builder.feedForward(seen, "mm.1", "mm.2");
  const joined = reshape(each, [each.shape[0] * merge * merge, patches / (merge * merge)]);
  return builder.feedForward(joined, "mm.merger.fc1", "mm.merger.fc2");
}

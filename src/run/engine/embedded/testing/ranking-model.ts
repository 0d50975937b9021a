import { writeFileSync } from "node:fs";
import { modelDraft } from "../../../../facts/model/index.ts";
import { seededRandom } from "../../../../facts/units/index.ts";
import { writeGguf, type DraftTensor, type DraftValue } from "../../../../facts/weights/index.ts";
import { SMALL_GEOMETRY } from "../../testing/small-model.ts";

const HEAD_LENGTH = 32;

/** Writes a model of random weights that ranks: Qwen 3's way, a head that says yes or no at the last token. */
export function writeRankingModel(path: string): void {
  const plain = modelDraft(SMALL_GEOMETRY, () => "F32");
  const labels: [string, DraftValue] = [
    "qwen3.classifier.output_labels",
    { type: "array", of: "string", values: ["yes", "no"] },
  ];
  const metadata = [...plain.metadata].map(([key, value]): [string, DraftValue] => {
    if (key === "general.architecture") return [key, { type: "string", value: "qwen3" }];
    return [key.replace(/^llama\./, "qwen3."), value];
  });
  const norms = SMALL_GEOMETRY.layers.flatMap((_, layer) =>
    ["attn_q_norm", "attn_k_norm"].map((name): DraftTensor => ({
      name: `blk.${layer}.${name}.weight`,
      type: "F32",
      shape: [HEAD_LENGTH],
    })),
  );
  const head: DraftTensor = { name: "cls.output.weight", type: "F32", shape: [SMALL_GEOMETRY.embeddingLength, 2] };
  const { header, fileBytes, tensors } = writeGguf({
    metadata: [...metadata, labels],
    tensors: [...plain.tensors, ...norms, head],
  });
  const file = new Uint8Array(fileBytes);
  file.set(header);
  const view = new DataView(file.buffer);
  const random = seededRandom(3);
  for (const { shape, offset } of tensors) {
    const [inputs = 1, ...others] = shape;
    const count = shape.reduce((product, length) => product * length, 1);
    const bound = Math.sqrt(3 / inputs);
    for (let at = 0; at < count; at += 1)
      view.setFloat32(offset + 4 * at, others.length === 0 ? 1 : (2 * random() - 1) * bound, true);
  }
  writeFileSync(path, file);
}

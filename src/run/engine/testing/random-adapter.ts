import { writeFileSync } from "node:fs";
import { seededRandom } from "../../../facts/units/index.ts";
import { writeGguf, type DraftTensor } from "../../../facts/weights/index.ts";

/** Strong enough to change what a model says; a tenth of it changes nothing one can read. */
const DEVIATION = 0.35;
const RANK = 4;

/** Writes an adapter of random weights on the query matrices of a plain model. */
export function writeRandomAdapter(
  path: string,
  model: { readonly architecture: string; readonly layers: number; readonly width: number },
  seed: number,
): void {
  const { architecture, layers, width } = model;
  const tensors: DraftTensor[] = Array.from({ length: layers }, (_, layer) => [
    { name: `blk.${layer}.attn_q.weight.lora_a`, type: "F32", shape: [width, RANK] } as const,
    { name: `blk.${layer}.attn_q.weight.lora_b`, type: "F32", shape: [RANK, width] } as const,
  ]).flat();
  const written = writeGguf({
    metadata: [
      ["general.type", { type: "string", value: "adapter" }],
      ["general.architecture", { type: "string", value: architecture }],
      ["adapter.type", { type: "string", value: "lora" }],
      ["adapter.lora.alpha", { type: "f32", value: 2 * RANK }],
    ],
    tensors,
  });
  const file = Buffer.alloc(written.fileBytes);
  file.set(written.header);
  const random = seededRandom(seed);
  const values = new Float32Array(
    file.buffer,
    file.byteOffset + written.header.byteLength,
    (written.fileBytes - written.header.byteLength) >> 2,
  );
  // a uniform value of this width has the wanted deviation
  for (let at = 0; at < values.length; at++) values[at] = (random() - 0.5) * DEVIATION * Math.sqrt(12);
  writeFileSync(path, file);
}

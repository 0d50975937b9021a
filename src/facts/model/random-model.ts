import { type Tensor, writeGguf } from "../weights/index.ts";
import type { Geometry } from "./geometry.ts";
import { modelDraft } from "./model-draft.ts";
import { LEAST_VOCABULARY, SILENT_TOKENS } from "./vocabulary.ts";

/**
 * A whole model file with random weights: the engine loads it and writes nonsense at the speed of a model of its size.
 * `random` gives numbers in [0, 1); the same numbers make the same file. Matrices are stored as `type`.
 */
export function randomModel(
  geometry: Geometry,
  random: () => number,
  type: "F32" | "F16" = "F16",
): Uint8Array<ArrayBuffer> {
  const { header, fileBytes, tensors } = writeGguf(modelDraft(geometry, () => type));
  const file = new Uint8Array(fileBytes);
  file.set(header);
  const view = new DataView(file.buffer);
  const head = geometry.tiedEmbeddings ? "token_embd.weight" : "output.weight";
  for (const tensor of tensors) fill(view, tensor, random, tensor.name === head ? loudness : () => 1);
  return file;
}

/**
 * How strongly the output matrix speaks for a token, so that replies are words and reach their full length: never the
 * control tokens, which would end it, and hardly ever single bytes, which may be no text.
 */
function loudness(token: number): number {
  if (token < SILENT_TOKENS) return 0;
  return token < LEAST_VOCABULARY ? 0.1 : 1;
}

/** Norms are 1; matrices are spread evenly with variance 1 / inputs, so that activations neither grow nor vanish. */
function fill(
  view: DataView,
  { type, shape, offset }: Tensor,
  random: () => number,
  scaleOf: (row: number) => number,
): void {
  const [inputs = 1, ...others] = shape;
  const rows = others.reduce((product, length) => product * length, 1);
  for (let row = 0; row < rows; row++) {
    const bound = Math.sqrt(3 / inputs) * scaleOf(row);
    for (let column = 0; column < inputs; column++) {
      const value = others.length === 0 ? 1 : (2 * random() - 1) * bound;
      const index = row * inputs + column;
      if (type === "F32") view.setFloat32(offset + 4 * index, value, true);
      else view.setFloat16(offset + 2 * index, value, true);
    }
  }
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomModel, type Geometry, type Layer } from "../../../facts/model/index.ts";
import { seededRandom } from "../../../facts/units/index.ts";

/** Files in a folder of a test's own; nothing is downloaded. */
export interface SmallModels {
  /** a model with a chat template in its file */
  readonly own: string;
  /** the same without one */
  readonly none: string;
  /** a file that is no model */
  readonly bad: string;
}

const LAYER: Layer = {
  kind: "trunk",
  mixer: { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 32, valueLength: 32 },
  feedForward: { kind: "dense", length: 256, gated: true },
};
export const SMALL_GEOMETRY: Geometry = {
  architecture: "llama",
  name: "small",
  embeddingLength: 128,
  vocabularySize: 512,
  contextLength: 2048,
  tiedEmbeddings: false,
  layers: [LAYER, LAYER, LAYER, LAYER],
};

/** Writes a model of half a million random weights: it says nonsense, and says it in a millisecond a token. */
export function writeSmallModels(folder: string): SmallModels {
  const models = { own: join(folder, "own.gguf"), none: join(folder, "none.gguf"), bad: join(folder, "notes.txt") };
  const file = Buffer.from(randomModel(SMALL_GEOMETRY, seededRandom(1)).buffer);
  writeFileSync(models.own, file);
  // the key under another name of the same length: the rest of the file stays where it is
  file.write("tokenizer.some_template", file.indexOf("tokenizer.chat_template"));
  writeFileSync(models.none, file);
  writeFileSync(models.bad, "These are notes, and no model at all.\n".repeat(100));
  return models;
}

import { type Geometry, modelDraft } from "../../../../facts/model/index.ts";
import { type GgufDraft, writeGguf } from "../../../../facts/weights/index.ts";

/** A model with a long vocabulary: a header of some MB before tens of MB of weights, which are left zero. */
export function geometryOf(vocabularySize: number): Geometry {
  const mixer = { kind: "attention", span: "full", heads: 2, kvHeads: 1, keyLength: 32, valueLength: 32 } as const;
  return {
    architecture: "llama",
    name: "Remote tiny",
    embeddingLength: 64,
    vocabularySize,
    contextLength: 4096,
    tiedEmbeddings: false,
    layers: Array.from({ length: 2 }, () => ({
      kind: "trunk" as const,
      mixer,
      feedForward: { kind: "dense" as const, length: 128, gated: true },
    })),
  };
}

export function modelBytes(vocabularySize: number, type = "F16"): Uint8Array {
  return fileOf(modelDraft(geometryOf(vocabularySize), () => type));
}

/** The same model in parts, as `gguf-split` writes them: metadata in the first, tensors in all. */
export function splitBytes(vocabularySize: number, parts: number): Uint8Array[] {
  const { metadata, tensors } = modelDraft(geometryOf(vocabularySize), () => "F16");
  const each = Math.ceil(tensors.length / parts);
  return Array.from({ length: parts }, (_, part) =>
    fileOf({
      metadata: [
        ...(part === 0 ? metadata : []),
        ["split.no", { type: "u16", value: part }],
        ["split.count", { type: "u16", value: parts }],
        ["split.tensors.count", { type: "i32", value: tensors.length }],
      ],
      tensors: tensors.slice(part * each, (part + 1) * each),
    }),
  );
}

function fileOf(draft: GgufDraft): Uint8Array {
  const { header, fileBytes } = writeGguf(draft);
  const bytes = new Uint8Array(fileBytes);
  bytes.set(header);
  return bytes;
}

import { LoadoutError } from "../errors/index.ts";
import type { GgufFile, GgufMetadata } from "../weights/index.ts";
import type { EncoderPart, Geometry } from "./geometry.ts";

/** The encoders in a projector file, to be set beside the geometry of the model it goes with. */
export function encodersFromGguf(file: GgufFile): Pick<Geometry, "vision" | "audio"> {
  if (file.kind !== "projector") {
    const got = `a file of kind "${file.kind}" where a projector was expected`;
    const advice = "Projector files are usually called mmproj-*.gguf.";
    throw new LoadoutError("model-not-a-model", { file: file.name, got, advice });
  }
  const { metadata } = file;
  return {
    ...(has(metadata, "vision") && { vision: encoder(metadata, "clip.vision") }),
    ...(has(metadata, "audio") && { audio: encoder(metadata, "clip.audio") }),
  };
}

function has(metadata: GgufMetadata, kind: "vision" | "audio"): boolean {
  return metadata.flag(`clip.has_${kind}_encoder`) ?? metadata.has(`clip.${kind}.block_count`);
}

/** Keys as `tools/mtmd/clip-impl.h` of llama.cpp b11434 names them. */
function encoder(metadata: GgufMetadata, prefix: string): EncoderPart {
  const patchSize = metadata.count(`${prefix}.patch_size`);
  const imageSize = metadata.count(`${prefix}.image_size`);
  return {
    layers: required(metadata, `${prefix}.block_count`),
    embeddingLength: required(metadata, `${prefix}.embedding_length`),
    feedForwardLength: required(metadata, `${prefix}.feed_forward_length`),
    ...(patchSize !== undefined && { patchSize }),
    ...(imageSize !== undefined && { imageSize }),
  };
}

function required(metadata: GgufMetadata, key: string): number {
  const value = metadata.count(key);
  if (value !== undefined) return value;
  const advice = "The projector was written by a faulty tool: convert it again.";
  throw new LoadoutError("model-key-missing", { file: metadata.file, key, advice });
}

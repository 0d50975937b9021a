import type { GgufFile } from "../weights/index.ts";
import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { DraftHead } from "./geometry.ts";

/** Layers whose states the head joins: low, middle, high (src/models/eagle3.cpp takes no other number). */
const TARGET_LAYERS = 3;

/** What a file of EAGLE-3 says of the model it drafts for; undefined for files of other architectures. */
export function draftHeadOf({ tensors }: GgufFile, keys: ArchitectureKeys): DraftHead | undefined {
  if (keys.architecture !== "eagle3") return undefined;
  const targetLayers = keys.list("target_layers") ?? [];
  if (targetLayers.length !== TARGET_LAYERS) {
    throw keys.contradiction("target_layers", `${TARGET_LAYERS} layers`, `${targetLayers.length}`);
  }
  if (keys.layers !== 1) throw keys.contradiction("block_count", "one layer", keys.layers);
  const targetLength = keys.required("target_hidden_size");
  const joined = tensors.find(({ name }) => name === "fc.weight")?.shape[0];
  if (joined !== undefined && joined !== TARGET_LAYERS * targetLength) {
    throw keys.contradiction("target_hidden_size", TARGET_LAYERS * targetLength, `${joined} columns in "fc.weight"`);
  }
  const guessed = tensors.find(({ name }) => name === "d2t")?.shape[0];
  return {
    targetLayers,
    targetLength,
    ...(guessed !== undefined && { guessed }),
    ...(keys.flag("norm_before_residual") === true && { normedResidual: true as const }),
  };
}

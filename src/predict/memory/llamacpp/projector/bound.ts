import { AUDIO_ROWS, VISION_ROWS, visionTower, type ImageSize, type Tower } from "../../../../facts/model/index.ts";
import { audioTokens } from "./audio-tokens.ts";
import { imageTokens } from "./image-tokens.ts";

/** The most that any known kind makes of an image, with the smallest patches that are usual. */
export function mostImageTokens(size: ImageSize): { readonly tokens: number; readonly family: string } {
  let most = { tokens: 0, family: "" };
  for (const [type, { family }] of Object.entries(VISION_ROWS)) {
    const tower = visionTower(type, USUAL);
    if (tower === undefined) continue;
    const { embeddings, marks } = imageTokens(tower, size);
    if (embeddings + marks > most.tokens) most = { tokens: embeddings + marks, family };
  }
  return most;
}

export function mostAudioTokens(seconds: number): { readonly tokens: number; readonly family: string } {
  let most = { tokens: 0, family: "" };
  for (const [type, { family }] of Object.entries(AUDIO_ROWS)) {
    const { embeddings, marks } = audioTokens({ ...SOUND, type }, seconds);
    if (embeddings + marks > most.tokens) most = { tokens: embeddings + marks, family };
  }
  return most;
}

/** Of the kinds that read all of an image: unmerged where their file says nothing else, within a million pixels. */
const USUAL = {
  layers: 1,
  embeddingLength: 1024,
  feedForwardLength: 4096,
  heads: 16,
  projectionLength: 4096,
  patchSize: 14,
  imageSize: 448,
  maxPixels: 1_003_520,
  longestEdge: 2048,
  windowSide: 8,
  querySide: 4,
  grids: [{ width: 1344, height: 1344 }],
} as const;

const SOUND: Tower = {
  modality: "audio",
  type: "",
  layers: 1,
  embeddingLength: 1280,
  feedForwardLength: 5120,
  heads: 20,
  kvHeads: 20,
  headLength: 64,
  projectionLength: 4096,
  imageSize: 0,
  patchSize: 1,
  merge: 1,
  warmUpSize: 0,
  audio: { melBins: 128, stackFactor: 1, windowLength: 15, downsampling: 5, groupLength: 1 },
};

export { type AudioTokens, audioTokens } from "./audio-tokens.ts";
export { besideModel, type BesideQuestion, projectorLines, projectorPlace } from "./beside.ts";
export { type ImageTokens, imageTokens, lowered } from "./image-tokens.ts";
export { tensorsOf, towerCompute, towerWeightBytes, warmUpSize } from "./projector-memory.ts";
export { mostAudioTokens, mostImageTokens } from "./bound.ts";

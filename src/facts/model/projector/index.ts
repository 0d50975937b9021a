export { catalogProjector } from "./catalog-projectors.ts";
export { AUDIO_ROWS, type AudioRow } from "./audio-rows.ts";
export { projectorFromGguf } from "./gguf-projector.ts";
export type { ImageSize, Projector, Tower } from "./tower.ts";
export {
  CAUSAL_GEMMA_WIDTHS,
  NOT_CAUSAL,
  VISION_ROWS,
  type Resize,
  type TokensOf,
  type VisionRow,
} from "./vision-rows.ts";
export { towerTensors, type TensorLengths } from "./tower-tensors.ts";
export { MOST_BLOCK_TOKENS, visionTower, type VisionValues } from "./vision-tower.ts";
export { placeDrafts } from "./place-drafts.ts";

export { decodePace, prefillPace, type PaceInput } from "./pace.ts";
export { attentionWidth, cacheBytesRead, layerOf, movedWeights, type MovedWeights } from "./moved-bytes.ts";
export type * from "./speed.ts";

export { deviceNames } from "./devices.ts";
export { architectureList as llamaCppArchitectures } from "./architectures/index.ts";
export { OUTLINE_BAND, outlineLlamaCpp, type LlamaCppOutline, type OutlineQuestion } from "./outline.ts";
export { layerPlaces, predictLlamaCpp } from "./predict.ts";
export type { Adapter, Draft, LlamaCppQuestion } from "./question.ts";
export { storedBuffers } from "./stores.ts";

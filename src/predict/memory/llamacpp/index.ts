export { layerPlaces, predictLlamaCpp } from "./predict.ts";
export type { LlamaCppQuestion } from "./question.ts";
export { storedBuffers } from "./stores.ts";

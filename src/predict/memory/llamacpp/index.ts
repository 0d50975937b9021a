export { deviceNames } from "./devices.ts";
export { layerPlaces, predictLlamaCpp } from "./predict.ts";
export type { Adapter, Draft, LlamaCppQuestion } from "./question.ts";

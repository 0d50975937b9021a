export { layerPlaces, predictLlamaCpp } from "./predict.ts";
export type { Draft, LlamaCppQuestion } from "./question.ts";

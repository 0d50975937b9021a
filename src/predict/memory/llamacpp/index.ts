export { deviceNames } from "./devices.ts";
export { architectureList as llamaCppArchitectures } from "./architectures/index.ts";
export { outlineLlamaCpp, type LlamaCppOutline, type OutlineQuestion } from "./outline.ts";
export { type OllamaEngine, ollamaEngineFor, type OllamaQuestion, predictOllama } from "./ollama/index.ts";
export { aboutLlamaCpp, layerPlaces, leastLlamaCpp, predictLlamaCpp } from "./predict.ts";
export type { Adapter, Draft, LlamaCppQuestion } from "./question.ts";
export { OUTLINE_BAND } from "./replayed-whole.ts";
export { storedBuffers } from "./stores.ts";
export * from "./projector/index.ts";

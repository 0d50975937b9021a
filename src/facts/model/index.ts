export type * from "./geometry.ts";
export { geometryFromGguf, parameterCount } from "./gguf-geometry.ts";
export { modelDraft } from "./model-draft.ts";
export { gemma3Tensors, llamaTensors, type TypeOf } from "./model-tensors.ts";
export { randomModel } from "./random-model.ts";

export type { CatalogModel, LicenseFacts, ModelMatch, ToolsFacts } from "./catalog/index.ts";
export { keyOf, type TypedName, typedName } from "./catalog/typed-name.ts";
export { dimensionsFromConfig, type FromConfigOptions, geometryFromConfig, parseConfig } from "./config/index.ts";
export type * from "./geometry.ts";
export { embedsTexts, readsWhole } from "./embedder.ts";
export { encodersFromGguf } from "./gguf-encoders.ts";
export { geometryFromGguf } from "./gguf-geometry.ts";
export { parameterCount } from "./parameter-count.ts";
export { type GgufSummary, summaryOf } from "./gguf-summary.ts";
export { keptElements } from "./kept.ts";
export { modelDraft } from "./model-draft.ts";
export { draftTensors, type TypeOf } from "./model-tensors.ts";
export { randomModel } from "./random-model.ts";
export { type SafetensorsSummary, safetensorsSummary } from "./safetensors-summary.ts";
export { vocabulary } from "./vocabulary.ts";
export { tensorList } from "./tensors/index.ts";

/** The catalog of models and the look-up in it: 180 kB, so it is loaded when a model has no file to read. */
export const modelCatalog = () => import("./catalog/index.ts");
export * from "./projector/index.ts";

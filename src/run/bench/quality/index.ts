export { compareRuns, figuresOf } from "./figures.ts";
export { measureQuality, type QualityProgress, type QualityRun } from "./measure.ts";
export { fingerprint, openState, type QualityKey, type QualityState } from "./state.ts";
export { PROBES, readSuite, type Probe, type Suite } from "./suite.ts";

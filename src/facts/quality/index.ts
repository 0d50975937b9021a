export { QUALITY_FINDINGS, QUALITY_WARNINGS, type QualityFinding, type QualityWarning } from "./findings.ts";
export { CACHE_FINDINGS, type CacheFinding } from "./cache.ts";
export { figuresOf, QUALITY_STUDIES, studiesOf, type ModelOfCatalog, type StudiesOf } from "./look-up.ts";
export type { QualityRow, QualityStudy } from "./study.ts";

export { findModel, type ModelMatch } from "./find.ts";
export { type FromRowOptions, geometryFromRow, withoutGeometry } from "./geometry-from-row.ts";
export { type LicenseFacts, licenseFacts } from "./licenses.ts";
export { MODELS } from "./models.ts";
export type { CatalogModel } from "./row.ts";
export { SOURCES } from "./sources.ts";
export { type ToolsFacts, toolsFacts } from "./tools.ts";

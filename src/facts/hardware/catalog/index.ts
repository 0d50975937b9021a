export { withCatalog } from "./fill.ts";
export { matchDevice } from "./match.ts";
export type { CatalogRow } from "./row.ts";
export { CATALOG } from "./rows.ts";

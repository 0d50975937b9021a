export { SAYS_NOTHING, SEVERAL_IN_ONE } from "./aliases.ts";
export { fillFrom, withCatalog } from "./fill.ts";
export { findDevice, searchDevices, type DeviceMatch } from "./look-up.ts";
export { matchDevice } from "./match.ts";
export type { CatalogRow } from "./row.ts";
export { CATALOG } from "./rows.ts";

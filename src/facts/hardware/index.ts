export type * from "./rig.ts";
export { armCoreNames } from "./arm-cores.ts";
export { DISKS, type DiskRow } from "./disks.ts";
export { cpuFeatures } from "./features.ts";
export { sharesHostMemory } from "./integrated.ts";
export { USUAL_NETWORK } from "./usual-network.ts";
export type { RigByHand, RigWords } from "./by-hand/index.ts";
export type { CatalogRow, DeviceMatch } from "./catalog/index.ts";
export { leastLimitBytes, raisedLimit, type RaisedLimit } from "./usable/index.ts";

/** The catalog of devices and the look-up in it: 60 kB, so it is loaded when a machine has a device to look up. */
export const deviceCatalog = () => import("./catalog/index.ts");

/** Rigs that people write instead of probing one; they need the catalog, so they too are loaded when asked for. */
export const rigsByHand = () => import("./by-hand/index.ts");

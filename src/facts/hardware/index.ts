export type * from "./rig.ts";
export { gpuBudgetBytes } from "./apple-budget.ts";
export { armCoreNames } from "./arm-cores.ts";
export { cpuFeatures } from "./features.ts";
export { sharesHostMemory } from "./integrated.ts";

/** The catalog of devices and the look-up in it: 60 kB, so it is loaded when a machine has a device to look up. */
export const deviceCatalog = () => import("./catalog/index.ts");

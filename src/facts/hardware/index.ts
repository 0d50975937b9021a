export type * from "./rig.ts";
export { gpuBudgetBytes } from "./apple-budget.ts";
export { armCoreNames } from "./arm-cores.ts";
export { cpuFeatures } from "./features.ts";
export { sharesHostMemory } from "./integrated.ts";

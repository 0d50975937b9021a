export { KERNELS, kernelFor } from "./look-up.ts";
export type { Chip, ChipRule, KernelRow, RuntimeId } from "./kernel.ts";
export { capabilityOf, chipsOf, processorOf, runsOn } from "./match.ts";
export { RUNTIME_ROWS, type Reason, type RuntimeRow } from "./runtimes.ts";

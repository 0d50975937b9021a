export { Conductor, type ConductorOptions, type Generated } from "./conductor.ts";
export type { Work } from "./running.ts";

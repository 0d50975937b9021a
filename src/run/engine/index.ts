export type * from "./engine.ts";
export { embeddedDevices, embeddedDryRun, embeddedEngine } from "./embedded/embedded.ts";
export type * from "./server.ts";

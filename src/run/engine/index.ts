export type * from "./engine.ts";
export { embeddedDevices, embeddedDryRun, embeddedEngine } from "./embedded/embedded.ts";
export { embeddedServer, type EmbeddedServerOptions } from "./embedded/server.ts";
export type * from "./server.ts";

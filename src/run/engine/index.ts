export type * from "./engine.ts";
export { embeddedDevices, embeddedDryRun, embeddedEngine } from "./embedded/embedded.ts";
export { embeddedServer, type EmbeddedServerOptions } from "./embedded/server.ts";
export type * from "./server.ts";
export {
  ensureManaged,
  findLlamaServer,
  llamaServerEngine,
  programOf,
  type LlamaServerProgram,
} from "./llama-server/index.ts";
export { reach as reachAddress, urlEngine } from "./url/index.ts";

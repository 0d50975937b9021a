export type * from "./engine.ts";
export { embeddedDevices, embeddedDryRun, embeddedEngine } from "./embedded/embedded.ts";
export { embeddedServer, type EmbeddedServerOptions } from "./embedded/server.ts";
export {
  ensureManaged,
  findLlamaServer,
  llamaServerEngine,
  type LlamaServerOptions,
  type LlamaServerProgram,
} from "./llama-server/index.ts";
export { ollamaEngine, type OllamaOptions } from "./ollama/index.ts";
export { type Clock } from "./process/index.ts";
export type * from "./server.ts";
export { reach as reachAddress, type UrlEngineOptions } from "./url/index.ts";

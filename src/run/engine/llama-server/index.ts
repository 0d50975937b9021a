export { llamaServerEngine, type LlamaServerOptions } from "./llama-server.ts";
export { ensureManaged, type ManagedOptions } from "./managed.ts";
export { findLlamaServer, type LlamaServerProgram } from "./program.ts";
export { countByTokenize, propsOf, type ServerProps, type ServerSlot } from "./readings.ts";

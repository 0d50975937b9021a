export { llamaServerEngine, type LlamaServerOptions } from "./llama-server.ts";
export { ensureManaged, type ManagedOptions } from "./managed.ts";
export { findLlamaServer, programOf, type LlamaServerProgram } from "./program.ts";
export {
  countByTokenize,
  propsOf,
  readCounters,
  readProps,
  readSlots,
  type ServerProps,
  type ServerSlot,
} from "./readings.ts";

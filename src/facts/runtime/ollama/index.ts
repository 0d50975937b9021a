export type { OllamaEra } from "./era.ts";
export { type FoundOllama, OLLAMA_NEWEST, ollamaBatch, ollamaDefaultContext, ollamaEra } from "./find-era.ts";

export type { BreakdownRow } from "./breakdown.ts";
export { compareMemory, type PredictedPlace, type TermComparison } from "./compare.ts";
export type { BufferTerm, LogFact, PrintedSize } from "./fact.ts";
export { LogReader, readLog, type EngineLog, type LoggedBuffer, type LoggedCache, type LoggedTerm } from "./log.ts";
export { readPastedLog, type LogProgram, type PastedLog, type SaidModel } from "./said.ts";
export type { OllamaOwnLog } from "./ollama-own.ts";
export { bufferPlace } from "./place.ts";
export { printMiB } from "./print.ts";

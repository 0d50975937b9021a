export type { BreakdownRow } from "./breakdown.ts";
export { compareMemory, type PredictedPlace, type TermComparison } from "./compare.ts";
export type { BufferTerm, LogFact, PrintedSize } from "./fact.ts";
export { LogReader, readLog, type EngineLog, type LoggedCache, type LoggedTerm } from "./log.ts";
export { printMiB } from "./print.ts";

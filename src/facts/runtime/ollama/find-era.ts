import type { OllamaEra } from "./era.ts";
import { OLLAMA_ERAS } from "./eras.ts";

/** An Ollama as it names itself, and how far its version is known. */
export interface FoundOllama {
  readonly era: OllamaEra;
  /** "older" than every row, "between" two, "newer" than the last that was read, or "known" */
  readonly standing: "known" | "between" | "newer" | "older";
}

/** Versions that were run or that a row begins with. */
const KNOWN = ["0.17.4", "0.30.0"] as const;

/** Newest version that anything here was read of. */
export const OLLAMA_NEWEST = "0.30.0";

/** The era of "0.17.4" or "v0.30"; `undefined` where that is no version. */
export function ollamaEra(version: string): FoundOllama | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/.exec(version);
  if (match === null) return undefined;
  const asked = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] as const;
  const index = OLLAMA_ERAS.findLastIndex(({ since }) => compare(since, asked) <= 0);
  if (index < 0) return { era: OLLAMA_ERAS[0]!, standing: "older" };
  const era = OLLAMA_ERAS[index]!;
  if (KNOWN.some((known) => known === asked.join("."))) return { era, standing: "known" };
  return { era, standing: index === OLLAMA_ERAS.length - 1 ? "newer" : "between" };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, place) => part !== b[place]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

/** Tokens a model gets where nobody asks for a context: by the memory of all cards, and never more than it was trained for. */
export function ollamaDefaultContext(era: OllamaEra, deviceBytes: readonly number[], trainedTokens: number): number {
  const total = deviceBytes.reduce((sum, bytes) => sum + bytes, 0);
  const { tokens } = era.contextTiers.find(({ fromBytes }) => total >= fromBytes)!;
  return trainedTokens > 0 ? Math.min(tokens, trainedTokens) : tokens;
}

/** Tokens of a step where nobody sets num_batch. */
export function ollamaBatch(era: OllamaEra, context: number): number {
  return Math.min(context, era.batches.find(({ aboveContext }) => context > aboveContext)?.tokens ?? 512);
}

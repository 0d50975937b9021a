import type { MemoryPrediction } from "../../predict/memory/index.ts";
import type { FitRequest } from "./request.ts";

/** A search asks for the same settings more than once, and a replay of a large model takes milliseconds. */
export function remembered(memory: FitRequest["memory"]): FitRequest["memory"] {
  const known = new Map<string, MemoryPrediction>();
  return (settings) => {
    const key = JSON.stringify(settings);
    const prediction = known.get(key) ?? memory(settings);
    known.set(key, prediction);
    return prediction;
  };
}

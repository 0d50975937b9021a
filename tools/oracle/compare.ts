import type { EngineBuffer, MemoryPrediction, MemoryTerm } from "../../src/predict/memory/index.ts";
import type { OracleAnswer } from "./process.ts";

/** One figure of one answer, in bytes. */
export interface Figure {
  /** "weights", "context", "gpu" (compute of a device), "host" (compute of the host), "output" */
  readonly term: Term;
  readonly place: "host" | number;
  readonly truth: number;
  readonly predicted: number;
}

export type Term = (typeof TERMS)[number];
export const TERMS = ["weights", "context", "gpu", "host", "output"] as const;

const MODEL: readonly MemoryTerm[] = ["weights", "repacked"];
const CONTEXT: readonly MemoryTerm[] = ["kv", "recurrent"];

/** Both answers side by side, or how they disagree about a refusal; "refused" where both refuse. */
export function compare(answer: OracleAnswer, prediction: MemoryPrediction): readonly Figure[] | string {
  if (answer.kind === "refused") {
    return prediction.kind === "rejected"
      ? "refused"
      : `the library refuses, the prediction does not: ${answer.because}`;
  }
  if (prediction.kind === "rejected") return `the prediction refuses, the library does not: ${prediction.because}`;
  const { buffers } = prediction;
  const of = (place: "host" | number, terms: readonly MemoryTerm[]): number => total(buffers, place, terms);
  const figures: Figure[] = [];
  for (const [place, bytes] of [...answer.devices.entries(), ["host", answer.host] as const]) {
    figures.push(
      { term: "weights", place, truth: bytes.model, predicted: of(place, MODEL) },
      { term: "context", place, truth: bytes.context, predicted: of(place, CONTEXT) },
      { term: place === "host" ? "host" : "gpu", place, truth: bytes.compute, predicted: of(place, ["compute"]) },
    );
  }
  figures.push({ term: "output", place: "host", truth: answer.host.output, predicted: of("host", ["output"]) });
  return figures;
}

function total(buffers: readonly EngineBuffer[], place: "host" | number, terms: readonly MemoryTerm[]): number {
  return buffers
    .filter((buffer) => buffer.place === place && terms.includes(buffer.term))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Share by which a figure is off; Infinity where nothing was expected. */
export function errorOf({ truth, predicted }: Figure): number {
  if (truth === predicted) return 0;
  return truth === 0 ? Infinity : (predicted - truth) / truth;
}

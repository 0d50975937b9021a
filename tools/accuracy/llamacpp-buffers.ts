import { LoadoutError } from "../../src/facts/errors/index.ts";
import {
  predictLlamaCpp,
  storedBuffers,
  type EngineBuffer,
  type LlamaCppQuestion,
} from "../../src/predict/memory/index.ts";
import { questionOf } from "./buffer-question.ts";
import { RowError, type Fields } from "./fields.ts";
import type { RowTerm } from "./score.ts";

/** Scores one row of `llamacpp-buffers*.jsonl`: buffers the library itself computed for a model's dimensions and settings. */
export function scoreBuffers(row: Fields): RowTerm[] {
  const truths = truthsOf(row);
  const refuse = (refused: string): RowTerm[] => truths.map((each) => ({ ...each, predicted: null, refused }));
  let question: LlamaCppQuestion | undefined;
  try {
    question = questionOf(row);
    const prediction = predictLlamaCpp(question);
    if (prediction.kind === "rejected") return refuse(`the engine would refuse: ${prediction.because}`);
    return truths.map((each) => ({ ...each, predicted: predictedOf(each.term, prediction.buffers), refused: null }));
  } catch (error) {
    if (error instanceof RowError) return refuse(error.message);
    if (!(error instanceof LoadoutError)) throw error;
    const { message } = error;
    return question === undefined ? refuse(message) : storesOnly(truths, storedBuffers(question), message);
  }
}

/** Terms that need no graph, where the architecture's is not known; the others are refused. */
const STORED = /^(context(_gpu)?(\[\d+\])?|output)$/;

function storesOnly(
  truths: readonly { term: string; truth: number }[],
  buffers: readonly EngineBuffer[],
  because: string,
): RowTerm[] {
  return truths.map((each) =>
    STORED.test(each.term)
      ? { ...each, predicted: predictedOf(each.term, buffers), refused: null }
      : { ...each, predicted: null, refused: because },
  );
}

function truthsOf(row: Fields): { term: string; truth: number }[] {
  const terms: { term: string; truth: number }[] = [];
  for (const term of ["context", "host", "model_host", "output"]) {
    if (row.has(term)) terms.push({ term, truth: row.number(term) });
  }
  for (const term of ["gpu", "context_gpu", "model_gpu"]) {
    row.numbers(term)?.forEach((truth, device) => terms.push({ term: `${term}[${device}]`, truth }));
  }
  return terms;
}

function predictedOf(term: string, buffers: readonly EngineBuffer[]): number {
  const [, kind, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(term)!;
  const total = (wanted: (buffer: EngineBuffer) => boolean): number =>
    buffers.reduce((sum, buffer) => sum + (wanted(buffer) ? buffer.bytes : 0), 0);
  const place = index === undefined ? "host" : Number(index);
  switch (kind) {
    case "context":
      return total(({ term: each }) => each === "kv" || each === "recurrent");
    case "context_gpu":
      return total((buffer) => buffer.place === place && (buffer.term === "kv" || buffer.term === "recurrent"));
    case "host":
    case "gpu":
      return total((buffer) => buffer.place === place && buffer.term === "compute");
    case "output":
      return total((buffer) => buffer.term === "output");
    default:
      return total((buffer) => buffer.place === place && (buffer.term === "weights" || buffer.term === "repacked"));
  }
}

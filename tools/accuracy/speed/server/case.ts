import { serverQuestion, type ServerQuestion } from "./question.ts";
import type { ServerRow } from "./row.ts";

/** A row of vLLM on one rig: what its coefficients are fitted to. */
export interface ServerCase {
  readonly row: ServerRow;
  readonly question: ServerQuestion;
  readonly model: string;
  readonly format: string;
  readonly layout: string;
  readonly rate: number;
}

export function serverCase(row: ServerRow): ServerCase | undefined {
  const rate = row.measured.out_tok_s;
  if (!row.source.startsWith("Lotto") || row.engine !== "vllm" || row.speculative || row.pipelineParallel > 1)
    return undefined;
  if (row.inputTokens !== 512 || row.outputTokens !== 256 || rate === undefined || row.concurrency === undefined)
    return undefined;
  if (/AWQ/.test(row.model) && row.quant === "bf16") return undefined;
  const question = serverQuestion(row);
  if (typeof question === "string" || question.model.load.expertBytes > 0) return undefined;
  const model = question.model.name;
  if (!/Mistral-7B|Qwen3\.6-27B|gemma-4-12B/.test(model)) return undefined;
  const format = ["bf16", "fp8", "int8"].find((name) => row.quant.toLowerCase().includes(name)) ?? "int4";
  return {
    row,
    question,
    model,
    format: `${model}|${format}`,
    layout: `${row.tensorParallel}x${question.replicas}`,
    rate,
  };
}

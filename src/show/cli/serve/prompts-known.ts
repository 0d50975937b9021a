import type { Choice } from "../../../plan/fit/index.ts";
import type { MeasuredPrompt } from "../../../predict/serving/index.ts";
import type { PromptsOf, ReceiptStore } from "../../../run/receipt/index.ts";
import { machineName, type Machine } from "../machine.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";
import type { FitQuestion } from "../../../plan/ask/question/index.ts";

interface TimedOf {
  readonly machine: Machine;
  readonly weights: WeightsHere;
  readonly question: FitQuestion;
  readonly chosen: Choice;
}

/** Prompts that were timed here with this file on this engine, as it was chosen. */
export function promptsKnown(receipts: ReceiptStore, of: TimedOf): readonly MeasuredPrompt[] {
  return receipts.promptsFor(promptsOf(of));
}

/** What timings are kept under. */
export function promptsOf({ machine, weights, question, chosen }: TimedOf): PromptsOf {
  const { engine, backend } = question.runtime;
  const { name, fileBytes } = weights.facts;
  return {
    machine: machineName(machine),
    engine,
    backend,
    model: { name, fileBytes },
    settings: chosen.settings,
    threads: chosen.threads,
  };
}

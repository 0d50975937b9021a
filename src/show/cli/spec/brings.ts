import type { Runtime } from "../../../plan/ask/flags/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import { brought } from "../../../plan/ask/question/brought.ts";
import type { PlannedMachine } from "../../../plan/ask/question/index.ts";
import { projectorFor } from "../model/projector-for.ts";
import type { SpecQuestion } from "./spec-question.ts";

/** What a line's images and sound add to its question; apart, since few lines have any. */
export async function brings(
  { flags, promptTokens }: SpecQuestion,
  machine: PlannedMachine,
  weights: Weights,
  runtime: Runtime,
) {
  return brought({ projector: projectorFor }, { flags, promptTokens }, machine, weights, runtime);
}

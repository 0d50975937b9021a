import { answerFit, type FitAnswer } from "../../answer/index.ts";
import type { Choice } from "../../fit/index.ts";
import type { Asking, FitQuestion } from "../question/index.ts";
import { type FitFlags, gatherFit, refuseChoosing } from "./numbers.ts";

export type { FitFlags } from "./numbers.ts";

/** A question answered. */
export interface AskedFit {
  readonly answer: FitAnswer;
  readonly choice: Choice;
  readonly question: FitQuestion;
}

/** `fit MODEL` and `explain MODEL`: the question gathered and answered. */
export async function askFit(asking: Asking, flags: FitFlags, model: string, command: string): Promise<AskedFit> {
  refuseChoosing(flags, model);
  const question = await gatherFit(asking, flags, model, command);
  const { answer, choice } = answerFit(question.request, question.context);
  const table = flags.table ? { table: (await import("./file-type-table.ts")).fileTypeTable(question) } : {};
  return { answer: { ...answer, ...table }, choice, question };
}

import { embedsTexts } from "../../../facts/model/index.ts";
import { runtimeAdvice } from "../../advise/index.ts";
import { answerDifference, type DifferenceAnswer, type FitAnswer } from "../../answer/index.ts";
import { askFit } from "./fit.ts";
import { againstQuestion, type QuestionFlags } from "../flags/index.ts";
import type { Asking } from "../question/index.ts";

export interface ExplainFlags extends QuestionFlags {
  readonly against?: string;
}

/** `explain MODEL`: a fit with the programs for it; with `--against` why two loadouts differ. */
export async function askExplain(
  asking: Asking,
  flags: ExplainFlags,
  model: string,
): Promise<FitAnswer | DifferenceAnswer> {
  const { against, ...own } = flags;
  const { answer, question } = await askFit(asking, own, model, "explain");
  if (against === undefined) {
    const { geometry, rig, goal } = question.request;
    // what was just explained needs no explaining
    const next = answer.next.filter((command) => !command.startsWith("loadout explain "));
    // the advice is about programs that write tokens
    return { ...answer, next, ...(embedsTexts(geometry) ? {} : { programs: runtimeAdvice(geometry, rig, goal) }) };
  }
  const second = againstQuestion(against, model, own);
  const other = await askFit(asking, second.flags, second.model, "explain");
  return answerDifference(answer, other.answer);
}

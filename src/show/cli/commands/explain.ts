import { EXIT } from "../../../facts/errors/index.ts";
import { runtimeAdvice } from "../../../plan/advise/index.ts";
import { answerDifference } from "../../../plan/answer/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { explainText } from "../text/explain-text.ts";
import { needModel } from "../model/need-model.ts";
import type { WantedFlags } from "../wanted-flags.ts";
import { askFit, type QuestionFlags } from "./fit.ts";

interface ExplainFlags extends QuestionFlags, Pick<WantedFlags, "disk"> {
  readonly against?: string;
}

/** `loadout explain MODEL`; with `--against` why two loadouts differ. */
export const explain = guarded(async function (this: CliContext, flags: ExplainFlags, model?: string) {
  const { against, ...own } = flags;
  const named = needModel(model, "explain");
  const { answer, question } = await askFit(this, own, named, "explain");
  if (against === undefined) {
    const { geometry, rig, goal } = question.request;
    // what was just explained needs no explaining
    const next = answer.next.filter((command) => !command.startsWith("loadout explain "));
    const whole = { ...answer, next, programs: runtimeAdvice(geometry, rig, goal) };
    this.out(flags.json ? JSON.stringify(whole, null, 2) : explainText(whole, this.outStyle));
    return EXIT.ok;
  }
  const second = (await import("../against.ts")).againstQuestion(against, named, own);
  const other = await askFit(this, second.flags, second.model, "explain");
  const whole = answerDifference(answer, other.answer);
  const { differenceText } = await import("../text/difference-text.ts");
  this.out(flags.json ? JSON.stringify(whole, null, 2) : differenceText(whole, this.outStyle));
  return EXIT.ok;
});

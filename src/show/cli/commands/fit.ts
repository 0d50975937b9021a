import { EXIT } from "../../../facts/errors/index.ts";
import { parseTokens } from "../../../facts/units/index.ts";
import { answerFit } from "../../../plan/answer/index.ts";
import { good } from "../../../plan/fit/index.ts";
import { guarded, type CliContext } from "../context.ts";
import type { PlanFlags, RuntimeFlags } from "../flags.ts";
import { embeddedRuntime, serverRuntime } from "../runtime.ts";
import { machineOf } from "../machine.ts";
import { fitQuestion } from "../question.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";
import { fitText } from "../text/fit-text.ts";
import { progressFor } from "../text/progress.ts";
import { needModel, weightsFor } from "../weights-for.ts";

/** What `fit` and `explain` take alike. */
export interface QuestionFlags extends PlanFlags, RuntimeFlags {
  readonly prompt?: string;
}

interface FitFlags extends QuestionFlags {
  readonly verify?: boolean;
}

/** `loadout fit MODEL` */
export const fit = guarded(async function (this: CliContext, flags: FitFlags, model?: string) {
  const { answer, choice, question } = await askFit(this, flags, needModel(model, "fit"), "fit");
  const verified = flags.verify
    ? await (await import("../verify.ts")).verify(question, choice.settings, answer.model.path!)
    : undefined;
  const whole = verified ? { ...answer, verified } : answer;
  this.out(flags.json ? JSON.stringify(whole, null, 2) : fitText(whole, this.outStyle));
  return good(answer.verdict.now.verdict) && verified?.equal !== false ? EXIT.ok : EXIT.no;
});

/** What `fit` and `explain` share: the question gathered and answered. */
export async function askFit(context: CliContext, flags: QuestionFlags, model: string, command: string) {
  const promptTokens = flags.prompt === undefined ? undefined : parseTokens(flags.prompt, `${command} --prompt`, 1);
  const [machine, weights] = await Promise.all([
    machineOf(context),
    weightsFor(context, { ...flags, model }, progressFor(context)),
  ]);
  const receipts = await openKnownReceipts(context, machine.folders.data);
  try {
    const server = serverRuntime(flags.build);
    const runtime = flags.runtime === "llama-server" ? server : embeddedRuntime();
    const question = fitQuestion({ machine, weights, flags, receipts, promptTokens, runtime, server });
    return { ...answerFit(question.request, question.context), question };
  } finally {
    receipts?.close();
  }
}

import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { describesRig } from "../../../plan/ask/flags/index.ts";
import { askFit, type FitFlags } from "../../../plan/ask/kinds/fit.ts";
import { good } from "../../../plan/fit/index.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { fitText } from "../text/fit-text.ts";

interface VerifiedFlags extends FitFlags {
  readonly verify?: boolean;
  readonly spec?: string;
}

/** `loadout fit MODEL`; without one what can be run; `--spec` many questions. */
export const fit = guarded(async function (this: CliContext, flags: VerifiedFlags, model?: string) {
  if (flags.spec !== undefined) return (await import("../spec/fit-spec.ts")).fitSpec(this, flags.spec, flags);
  if (model === undefined) return (await import("./fit-ranking.ts")).fitRanking(this, flags);
  if (flags.verify && describesRig(flags)) {
    throw new LoadoutError("rig-contradiction", {
      what: "fit --verify",
      expected: "this machine, whose engine is asked",
      got: "a rig written by hand",
      advice: "Leave out --verify, or --gpu and the like.",
    });
  }
  const { answer, choice, question } = await withAsking(this, (asking) => askFit(asking, flags, model, "fit"));
  const verified = flags.verify
    ? await (await import("../verify.ts")).verify(question, choice.settings, answer.model.path)
    : undefined;
  const whole = { ...answer, ...(verified ? { verified } : {}) };
  this.out(flags.json ? JSON.stringify(whole, null, 2) : fitText(whole, this.outStyle));
  return good(answer.verdict.now.verdict) && verified?.equal !== false ? EXIT.ok : EXIT.no;
});

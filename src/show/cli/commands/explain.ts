import { EXIT } from "../../../facts/errors/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { explainText } from "../text/explain-text.ts";
import { needModel } from "../model/need-model.ts";
import { askFit, type QuestionFlags } from "./fit.ts";

/** `loadout explain MODEL` */
export const explain = guarded(async function (this: CliContext, flags: QuestionFlags, model?: string) {
  const { answer } = await askFit(this, flags, needModel(model, "explain"), "explain");
  this.out(flags.json ? JSON.stringify(answer, null, 2) : explainText(answer, this.outStyle));
  return EXIT.ok;
});

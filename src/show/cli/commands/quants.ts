import { EXIT } from "../../../facts/errors/index.ts";
import { needModel, type QuantsFlags } from "../../../plan/ask/flags/index.ts";
import { askQuants } from "../../../plan/ask/kinds/quants.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { quantsText } from "../text/quants-text.ts";

/** `loadout quants MODEL [--gpu G]` */
export const quants = guarded(async function (this: CliContext, flags: QuantsFlags, typed?: string) {
  const name = needModel(typed, "quants");
  const answer = await withAsking(this, (asking) => askQuants(asking, flags, name));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : quantsText(answer, this.outStyle, flags.all ?? false));
  return answer.choices.length > 0 ? EXIT.ok : EXIT.no;
});

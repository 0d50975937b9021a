import { EXIT } from "../../../facts/errors/index.ts";
import { offloadRuns } from "../../../plan/answer/index.ts";
import { needModel, type OffloadFlags } from "../../../plan/ask/flags/index.ts";
import { askOffload } from "../../../plan/ask/kinds/offload.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { offloadText } from "../text/offload-text.ts";

/** `loadout offload MODEL` */
export const offload = guarded(async function (this: CliContext, flags: OffloadFlags, typed?: string) {
  const model = needModel(typed, "offload");
  const answer = await withAsking(this, (asking) => askOffload(asking, flags, model));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : offloadText(answer, this.outStyle));
  return offloadRuns(answer) ? EXIT.ok : EXIT.no;
});

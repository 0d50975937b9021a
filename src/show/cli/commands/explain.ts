import { EXIT } from "../../../facts/errors/index.ts";
import { needModel } from "../../../plan/ask/flags/index.ts";
import { askExplain, type ExplainFlags } from "../../../plan/ask/kinds/explain.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { explainText } from "../text/explain-text.ts";

/** `loadout explain MODEL`; with `--against` why two loadouts differ. */
export const explain = guarded(async function (this: CliContext, flags: ExplainFlags, model?: string) {
  const named = needModel(model, "explain");
  const answer = await withAsking(this, (asking) => askExplain(asking, flags, named));
  if (flags.json) this.out(JSON.stringify(answer, null, 2));
  else if (answer.kind === "fit") this.out(explainText(answer, this.outStyle));
  else this.out((await import("../text/difference-text.ts")).differenceText(answer, this.outStyle));
  return EXIT.ok;
});

import { EXIT } from "../../../facts/errors/index.ts";
import { type FrontierFlags, needModel } from "../../../plan/ask/flags/index.ts";
import { askFrontier } from "../../../plan/ask/kinds/frontier.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { measuredRuns } from "../simulate/measured-runs.ts";
import { frontierText } from "../text/frontier-text.ts";

/** `loadout frontier MODEL` */
export const frontier = guarded(async function (this: CliContext, flags: FrontierFlags, typed?: string) {
  const model = needModel(typed, "frontier");
  const measured = (await Promise.all((flags.measured ?? []).map(measuredRuns))).flat();
  const answer = await withAsking(this, (asking) => askFrontier(asking, flags, model, measured));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : frontierText(answer, this.outStyle));
  return answer.operating.some(({ name, met }) => name === "interactive" && met) ? EXIT.ok : EXIT.no;
});

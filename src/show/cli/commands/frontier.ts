import { writeFile } from "node:fs/promises";
import { EXIT } from "../../../facts/errors/index.ts";
import { type FrontierFlags, needModel } from "../../../plan/ask/flags/index.ts";
import { askFrontier } from "../../../plan/ask/kinds/frontier.ts";
import { frontierPanels } from "../../report/frontier-panels.ts";
import { withAsking } from "../asking.ts";
import { guarded, type CliContext } from "../context.ts";
import { measuredFile } from "../simulate/measured-runs.ts";
import { frontierText } from "../text/frontier-text.ts";
import { unwritable } from "../unwritable.ts";

/** `loadout frontier MODEL` */
export const frontier = guarded(async function (this: CliContext, flags: FrontierFlags, typed?: string) {
  const model = needModel(typed, "frontier");
  const files = await Promise.all((flags.measured ?? []).map(measuredFile));
  const measured = files.flatMap(({ runs }) => runs);
  const answer = await withAsking(this, (asking) => askFrontier(asking, flags, model, measured));
  const { chart } = flags;
  if (chart !== undefined)
    await writeFile(chart, frontierPanels(answer, new Date().toISOString().slice(0, 10))).catch(unwritable(chart));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : frontierText(answer, this.outStyle));
  return answer.operating.some(({ name, met }) => name === "interactive" && met) ? EXIT.ok : EXIT.no;
});

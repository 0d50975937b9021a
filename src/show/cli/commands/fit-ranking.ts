import { EXIT } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import type { FitFlags } from "../../../plan/ask/kinds/fit.ts";
import { askRanking } from "../../../plan/ask/kinds/ranking.ts";
import { findWeights } from "../../../run/fetch/local/index.ts";
import { withAsking } from "../asking.ts";
import type { CliContext } from "../context.ts";
import { freeDisk } from "../disk.ts";
import { homeOf } from "../machine.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { rankingText } from "../text/ranking-text.ts";

/** `loadout fit` without a model: what can be run on this machine, or on a rig written by hand. */
export async function fitRanking(context: CliContext, flags: FitFlags): Promise<number> {
  const atHand = async () => ({
    pathOf: await filesAtHand(context, flags),
    freeDisk: async () => freeDisk((await homeOf(context)).folders),
  });
  const answer = await withAsking(context, (asking) => askRanking(asking, flags, atHand));
  context.out(flags.json ? JSON.stringify(answer, null, 2) : rankingText(answer, context.outStyle, flags.why));
  return answer.rows.length > 0 ? EXIT.ok : EXIT.no;
}

/** Where a model of the catalog lies in a file type, by the names of the files on this machine. */
async function filesAtHand(
  context: CliContext,
  flags: Pick<FitFlags, "models">,
): Promise<(id: string, fileType: string) => string | undefined> {
  const { home, config } = await homeOf(context);
  const { weights } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const whole = weights.filter(({ role, incomplete }) => role === "model" && incomplete === undefined);
  if (whole.length === 0) return () => undefined;
  const { findModel } = await modelCatalog();
  const paths = new Map<string, string>();
  for (const { name, path } of whole) {
    const match = findModel(`${name.slice(name.indexOf(":") + 1)}.gguf`);
    if (match.kind === "found" && match.fileType !== undefined) paths.set(`${match.row.id} ${match.fileType}`, path);
  }
  return (id, fileType) => paths.get(`${id} ${fileType}`);
}

import { LoadoutError } from "../../facts/errors/index.ts";
import { answerFit } from "../../plan/answer/index.ts";
import { bestAtHand, type Candidate } from "../../plan/rank/index.ts";
import { findWeights } from "../../run/fetch/index.ts";
import type { ReceiptStore } from "../../run/receipt/index.ts";
import { beforeOf } from "./before.ts";
import type { CliContext } from "./context.ts";
import type { Machine } from "./machine.ts";
import { modelsDirsOf } from "./models-dirs.ts";
import { readWeights } from "./model/read-file.ts";
import type { PlanFlags } from "../../plan/ask/flags/index.ts";
import type { WeightsHere } from "../../plan/ask/model/index.ts";
import { fitQuestion } from "../../plan/ask/question/index.ts";

/** Headers are read of this many files, the largest first: a folder of hundreds is somebody's archive. */
const MOST_HEADERS = 24;

/** The best weights on this machine for the goal, or undefined where none can be used. Says why, and what it left out. */
export async function bestWeightsAtHand(
  context: CliContext,
  machine: Machine,
  flags: PlanFlags,
  receipts: ReceiptStore | undefined,
): Promise<WeightsHere | undefined> {
  const modelsDirs = modelsDirsOf(flags, machine.config);
  const { weights: found } = await findWeights({ home: machine.home, modelsDirs });
  const models = found
    .filter(({ role, incomplete }) => role === "model" && !incomplete)
    .toSorted((a, b) => b.bytes - a.bytes);
  const rows: (Candidate & { weights: WeightsHere })[] = [];
  for (const { path, name } of models.slice(0, MOST_HEADERS)) {
    try {
      const weights = await readWeights(path, name);
      const { request, context: facts } = fitQuestion({ machine, weights, flags, before: beforeOf(receipts, machine) });
      const { answer } = answerFit(request, facts);
      const { decode } = answer.speed;
      rows.push({
        name,
        weights,
        parameters: weights.facts.parameters,
        verdict: answer.verdict.now.verdict,
        ...(decode ? { decode } : {}),
      });
    } catch (error) {
      if (!(error instanceof LoadoutError)) throw error;
      context.note(context.noteStyle.faint(`left out ${name}: ${error.message}`));
    }
  }
  if (models.length > MOST_HEADERS)
    context.note(context.noteStyle.faint(`only the ${MOST_HEADERS} largest of ${models.length} files were looked at`));
  const best = bestAtHand(rows);
  if (best && models.length > 1) context.note(context.noteStyle.faint(`using ${best.row.name}: ${best.because}`));
  return best?.row.weights;
}

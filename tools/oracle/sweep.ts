import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LoadoutError } from "../../src/facts/errors/index.ts";
import { predictLlamaCpp } from "../../src/predict/memory/index.ts";
import { compare, type Figure } from "./compare.ts";
import { writeModel, type SweepModel } from "./models.ts";
import type { OracleProcess } from "./process.ts";
import { oracleQuestion, predictionQuestion } from "./questions.ts";
import { readHeader, type Header } from "../read-header.ts";
import type { Outcome } from "./report.ts";
import type { Setting } from "./setting.ts";

/** Asks both about one model; `settings` are drawn for what its header says. */
export async function sweepModel(
  model: SweepModel,
  settingsOf: (header: Header) => readonly Setting[],
  oracle: OracleProcess,
  folder: string,
): Promise<Outcome[]> {
  // a name of its own: the program keeps a model loaded while the name stays
  const path = join(folder, `model-${randomUUID()}.gguf`);
  await writeModel(path, model);
  const header = await readHeader(path);
  const outcomes: Outcome[] = [];
  for (const setting of settingsOf(header)) {
    // the library works on one while the prediction is made
    const asked = oracle.ask(oracleQuestion(path, setting));
    const predicted = predict(header, setting);
    const answer = await asked;
    const about = { architecture: header.geometry.architecture, model, setting };
    const compared = typeof predicted === "string" ? predicted : compare(answer, predicted);
    outcomes.push({ ...about, ...outcomeOf(compared) });
  }
  rmSync(path);
  return outcomes;
}

function outcomeOf(compared: readonly Figure[] | string): Pick<Outcome, "figures" | "refused" | "disagreement"> {
  if (typeof compared !== "string") return { figures: compared, refused: false };
  return compared === "refused"
    ? { figures: [], refused: true }
    : { figures: [], refused: false, disagreement: compared };
}

/** A question that no prediction answers is a disagreement, told by its reason. */
function predict(header: Header, setting: Setting): ReturnType<typeof predictLlamaCpp> | string {
  try {
    return predictLlamaCpp(predictionQuestion(header, setting));
  } catch (error) {
    if (error instanceof LoadoutError) return error.message;
    throw new Error(`no prediction for ${JSON.stringify(setting)} of ${header.geometry.name}`, { cause: error });
  }
}

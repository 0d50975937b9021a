// Sets predictions against llama.cpp's own library (tools/oracle): settings drawn by a seed, on header-only files of models of every
// architecture, on no device and on one to four. Both are asked the same; each figure is exact, within 1%, or worse.
// Usage: node tools/oracle.ts [--count N] [--seed S] [--only MODEL-PREFIX] [--architecture A] [--worst N] [--json] [--check [FILE]]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LoadoutError } from "../src/facts/errors/index.ts";
import { predictLlamaCpp } from "../src/predict/memory/index.ts";
import { compare } from "./oracle/compare.ts";
import { drawSettings } from "./oracle/draw.ts";
import { SWEEP_MODELS, type SweepModel } from "./oracle/models.ts";
import { OracleProcess } from "./oracle/process.ts";
import { oracleQuestion, predictionQuestion } from "./oracle/questions.ts";
import { readHeader } from "./oracle/read-header.ts";
import { reportText, summarize, type Outcome } from "./oracle/report.ts";

/** The seed whose settings the figures in the documentation are of. */
const SEED = 20_261_124;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "500" },
      seed: { type: "string", default: String(SEED) },
      only: { type: "string", default: "" },
      architecture: { type: "string" },
      worst: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
    },
  });
  const models = SWEEP_MODELS.filter(
    ({ name, architecture }) =>
      name.startsWith(values.only) && (values.architecture === undefined || architecture === values.architecture),
  );
  const program = process.env["LOADOUT_ORACLE"]!;
  const oracle = new OracleProcess(program);
  const folder = mkdtempSync(join(tmpdir(), "loadout-oracle-"));
  const outcomes: Outcome[] = [];
  try {
    const each = Math.ceil(Number(values.count) / models.length);
    for (const [index, model] of models.entries()) {
      outcomes.push(...(await sweep(model, folder, oracle, Number(values.seed) + index, each)));
    }
  } finally {
    oracle.close();
    rmSync(folder, { recursive: true });
  }
  if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), ...summarize(outcomes), outcomes }));
  else console.log(reportText(outcomes, Number(values.worst)));
}

async function sweep(
  model: SweepModel,
  folder: string,
  oracle: OracleProcess,
  seed: number,
  count: number,
): Promise<Outcome[]> {
  const path = join(folder, `${model.name}.gguf`);
  model.write(path);
  const header = await readHeader(path);
  const outcomes: Outcome[] = [];
  for (const setting of drawSettings(header.geometry, seed, count)) {
    const question = oracleQuestion(path, setting);
    const answer = await oracle.ask(question);
    const about = { architecture: model.architecture, model: model.name, question };
    try {
      const compared = compare(answer, predictLlamaCpp(predictionQuestion(header, setting)));
      if (compared === "refused") outcomes.push({ ...about, figures: [], refused: true });
      else if (typeof compared === "string")
        outcomes.push({ ...about, figures: [], refused: false, disagreement: compared });
      else outcomes.push({ ...about, figures: compared, refused: false });
    } catch (error) {
      if (!(error instanceof LoadoutError)) throw error;
      outcomes.push({ ...about, figures: [], refused: false, disagreement: error.message });
    }
  }
  rmSync(path);
  return outcomes;
}

await main();

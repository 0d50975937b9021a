// Sets predictions against llama.cpp's own library (tools/oracle): settings drawn by a seed, on header-only files of models of every
// architecture, on no device and on one to four. Both are asked the same; each figure is exact, within 1%, or worse.
// Usage: node tools/oracle.ts [--count N] [--seed S] [--arch A] [--worst N] [--json] [--ask QUESTION]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawSettings } from "./oracle/draw.ts";
import { drawModels, QUESTIONS_PER_MODEL, sweepArchitectures, type SweepModel } from "./oracle/models.ts";
import { OracleProcess } from "./oracle/process.ts";
import { reportText, summarize, type Outcome } from "./oracle/report.ts";
import type { Setting } from "./oracle/setting.ts";
import { sweepModel } from "./oracle/sweep.ts";

/** The seed whose settings the figures in the documentation are of. */
const SEED = 20_261_124;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "1000" },
      seed: { type: "string", default: String(SEED) },
      arch: { type: "string" },
      worst: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
      ask: { type: "string" },
    },
  });
  const oracle = new OracleProcess(process.env["LOADOUT_ORACLE"]!);
  const folder = mkdtempSync(join(tmpdir(), "loadout-oracle-"));
  let outcomes: Outcome[];
  try {
    outcomes =
      values.ask === undefined
        ? await sweepAll(oracle, folder, Number(values.seed), Number(values.count), values.arch)
        : await askAgain(oracle, folder, values.ask);
  } finally {
    oracle.close();
    rmSync(folder, { recursive: true });
  }
  if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), ...summarize(outcomes), outcomes }));
  else console.log(reportText(outcomes, Number(values.worst)));
}

async function sweepAll(
  oracle: OracleProcess,
  folder: string,
  seed: number,
  count: number,
  only: string | undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const architectures = await sweepArchitectures();
  const wanted = architectures.filter((name) => only === undefined || name === only);
  for (const architecture of wanted) {
    const own = seed + architectures.indexOf(architecture);
    let left = Math.ceil(count / wanted.length);
    for (const [index, model] of (await drawModels(architecture, own, Math.ceil(left / QUESTIONS_PER_MODEL))).entries()) {
      const questions = Math.min(left, QUESTIONS_PER_MODEL);
      const settings = ({ geometry }: { geometry: Parameters<typeof drawSettings>[0] }): Setting[] =>
        drawSettings(geometry, own * 1000 + index, questions);
      outcomes.push(...(await sweepModel(model, settings, oracle, folder)));
      left -= questions;
    }
  }
  return outcomes;
}

/** A question as the report prints it. */
async function askAgain(oracle: OracleProcess, folder: string, text: string): Promise<Outcome[]> {
  const { model, setting }: { model: SweepModel; setting: Setting } = JSON.parse(text);
  return sweepModel(model, () => [setting], oracle, folder);
}

await main();

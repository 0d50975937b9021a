// Sets predictions against llama.cpp's own library (tools/oracle): settings drawn by a seed, on header-only files of models of every
// architecture, on no device and on one to four. Both are asked the same; each figure is exact, within 1%, or worse.
// --check fails where a figure is worse than data/oracle.json keeps, with that file's seed and count; --keep writes the file.
// Usage: node tools/oracle.ts [--count N] [--seed S] [--arch A] [--worst N] [--json] [--check | --keep] [--ask QUESTION]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { oracleProgram } from "./oracle/build.ts";
import { drawSettings } from "./oracle/draw.ts";
import { readKept, regressions, writeKept } from "./oracle/gate.ts";
import { drawModels, QUESTIONS_PER_MODEL, sweepArchitectures, type SweepModel } from "./oracle/models.ts";
import { OracleProcess } from "./oracle/process.ts";
import { reportText, summarize, type Outcome } from "./oracle/report.ts";
import type { Setting } from "./oracle/setting.ts";
import { sweepModel } from "./oracle/sweep.ts";

/** The seed whose settings the figures in the documentation are of. */
const SEED = 20_261_124;
const KEPT = join(import.meta.dirname, "../data/oracle.json");

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "1000" },
      seed: { type: "string", default: String(SEED) },
      arch: { type: "string" },
      worst: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      ask: { type: "string" },
    },
  });
  const kept = values.check ? readKept(KEPT) : undefined;
  const [seed, count] = [kept?.seed ?? Number(values.seed), kept?.count ?? Number(values.count)];
  const oracle = new OracleProcess(oracleProgram((text) => console.error(text)));
  const folder = mkdtempSync(join(tmpdir(), "loadout-oracle-"));
  let outcomes: Outcome[];
  try {
    outcomes =
      values.ask === undefined
        ? await sweepAll(oracle, folder, seed, count, values.arch)
        : await askAgain(oracle, folder, values.ask);
  } finally {
    oracle.close();
    rmSync(folder, { recursive: true });
  }
  const summary = summarize(outcomes);
  if (values.json) console.log(JSON.stringify({ seed, count, ...summary, outcomes }));
  else console.log(reportText(outcomes, Number(values.worst)));
  if (values.keep) writeKept(KEPT, { seed, count, ...summary });
  const worse = kept === undefined ? [] : regressions(summary, kept);
  for (const line of worse) console.error(`worse: ${line}`);
  if (worse.length > 0 || outcomes.length === 0) process.exitCode = 1;
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
    for (const [index, model] of (
      await drawModels(architecture, own, Math.ceil(left / QUESTIONS_PER_MODEL))
    ).entries()) {
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

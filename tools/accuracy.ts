// Predicts every row of the truth files and says how close it came. Truth lies in data/truth; a row that cannot be scored is refused
// with its reason and counts as a miss.
// Usage: node tools/accuracy.ts [--truth DIR] [--only PREFIX] [--rows-out FILE] [--json] [--peers] [--check FILE] [--keep FILE]
//   --peers sets rates against rules that people use; --check fails where a figure is worse than in FILE; --keep writes FILE with the figures of this run.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { keep, regressions, type KeptScore } from "./accuracy/check.ts";
import { Fields, RowError } from "./accuracy/fields.ts";
import { formatOf } from "./accuracy/formats.ts";
import { ratesText } from "./accuracy/rates.ts";
import { reportText } from "./accuracy/report.ts";
import { rowLine, scoreTerms, type RowTerm, type ScoredTerm } from "./accuracy/score.ts";

export interface ScoredFolder {
  readonly terms: readonly ScoredTerm[];
  /** files of a format that nothing here predicts */
  readonly notScored: readonly string[];
}

export function scoreFolder(folder: string, only = ""): ScoredFolder {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl") && file.startsWith(only))
    .sort();
  return {
    terms: files.flatMap((file) => scoreFile(folder, file)),
    notScored: files.filter((file) => formatOf(file) === undefined),
  };
}

function scoreFile(folder: string, file: string): ScoredTerm[] {
  const format = formatOf(file);
  if (format === undefined) return [];
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.flatMap((text, index) =>
    text.trim() === "" ? [] : scoreLine(text, format.score).map((term) => ({ file, line: index + 1, ...term })),
  );
}

/** Never throws: a line that is damaged is refused, and so is one that the scorer fails on, which is a defect. */
export function scoreLine(text: string, score: (row: Fields) => RowTerm[]): RowTerm[] {
  const whole = (refused: string): RowTerm => ({ term: "row", truth: 0, predicted: null, refused });
  try {
    const terms = score(new Fields(parsed(text)));
    return terms.length > 0 ? terms : [whole("the row has no figure to score")];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof RowError ? [whole(message)] : [{ ...whole(`defect: ${message}`), defect: true }];
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowError("the line is no JSON");
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      truth: { type: "string", default: join(import.meta.dirname, "../data/truth") },
      only: { type: "string", default: "" },
      "rows-out": { type: "string" },
      json: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
      check: { type: "string" },
      keep: { type: "string" },
    },
  });
  const { terms, notScored } = scoreFolder(values.truth, values.only);
  const scores = scoreTerms(terms);
  if (values["rows-out"] !== undefined) {
    writeFileSync(values["rows-out"], terms.map((term) => `${rowLine(term)}\n`).join(""));
  }
  console.log(values.json ? JSON.stringify({ scores, notScored }, undefined, 2) : reportText(scores, terms, notScored));
  if (!values.json) console.log(ratesText(terms, values.peers));
  if (values.keep !== undefined) writeFileSync(values.keep, `${JSON.stringify(keep(scores), undefined, 2)}\n`);
  if (values.check === undefined) return;
  const kept: KeptScore[] = JSON.parse(readFileSync(values.check, "utf8"));
  const worse = regressions(scores, kept, values.only);
  for (const { file, line, refused, defect } of terms) if (defect) worse.push(`${file}:${line}: ${refused}`);
  for (const line of worse) console.error(line);
  if (worse.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();

// Predicts every row of the truth files and says how close it came. Truth lies in data/truth; a row that cannot be scored is refused
// with its reason and counts as a miss.
// Usage: node tools/accuracy.ts [--truth DIR] [--only PREFIX] [--rows-out FILE] [--json] [--check FILE] [--keep FILE]
//   --check fails where a figure is worse than in FILE; --keep writes FILE with the figures of this run.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { keep, regressions, type KeptScore } from "./accuracy/check.ts";
import { Fields } from "./accuracy/fields.ts";
import { scoreBuffers } from "./accuracy/llamacpp-buffers.ts";
import { reportText } from "./accuracy/report.ts";
import { scoreTerms, type ScoredTerm } from "./accuracy/score.ts";

/** Formats by how their files' names begin. */
const FORMATS: readonly { prefix: string; score: (row: Fields) => Omit<ScoredTerm, "file" | "line">[] }[] = [
  { prefix: "llamacpp-buffers", score: scoreBuffers },
];

export function scoreFolder(folder: string, only = ""): ScoredTerm[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl") && file.startsWith(only))
    .sort()
    .flatMap((file) => scoreFile(folder, file));
}

function scoreFile(folder: string, file: string): ScoredTerm[] {
  const format = FORMATS.find(({ prefix }) => file.startsWith(prefix));
  if (format === undefined) return [];
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    if (text.trim() === "") return [];
    return format.score(new Fields(JSON.parse(text))).map((term) => ({ file, line: index + 1, ...term }));
  });
}

function main(): void {
  const { values } = parseArgs({
    options: {
      truth: { type: "string", default: join(import.meta.dirname, "../data/truth") },
      only: { type: "string", default: "" },
      "rows-out": { type: "string" },
      json: { type: "boolean", default: false },
      check: { type: "string" },
      keep: { type: "string" },
    },
  });
  const terms = scoreFolder(values.truth, values.only);
  const scores = scoreTerms(terms);
  if (values["rows-out"] !== undefined) {
    writeFileSync(values["rows-out"], terms.map((term) => `${JSON.stringify(term)}\n`).join(""));
  }
  console.log(values.json ? JSON.stringify(scores, undefined, 2) : reportText(scores, terms));
  if (values.keep !== undefined) writeFileSync(values.keep, `${JSON.stringify(keep(scores), undefined, 2)}\n`);
  if (values.check === undefined) return;
  const kept: KeptScore[] = JSON.parse(readFileSync(values.check, "utf8"));
  const worse = regressions(scores, kept);
  for (const line of worse) console.error(line);
  if (worse.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();

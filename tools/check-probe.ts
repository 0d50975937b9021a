// Reads recorded outputs of hardware tools with the probe's readers and compares them with the right answers, file by file.
// Usage: node tools/check-probe.ts DIR   (DIR holds the recordings and a README.md whose tables list them)
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import answers from "./probe-answers.json" with { type: "json" };
import { READERS, view } from "./probe-readers.ts";

/** Which reader a file is for, and what must come out: a part of it; null = must be absent. */
interface Answer {
  readonly read: string;
  readonly expect: unknown;
}

type Answers = Readonly<Record<string, Answer | undefined>>;

/** One line a file; nothing is skipped: a file without an answer and an answer without a file are failures. */
export interface Verdict {
  readonly file: string;
  readonly problem?: string;
}

/** Checks every file of a folder, every file that its README lists, and every answer. */
export function checkFolder(folder: string, table: Answers): Verdict[] {
  const onDisk = readdirSync(folder).filter((name) => name !== "README.md");
  const listed = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/^\| `([^`]+)` \|/gm)].map(
    (row) => row[1]!,
  );
  const names = [...new Set([...listed, ...onDisk, ...Object.keys(table)])].sort();
  return names.map((file) => {
    const problem = checkFile(
      folder,
      file,
      { listed: listed.includes(file), exists: onDisk.includes(file) },
      table[file],
    );
    return problem === undefined ? { file } : { file, problem };
  });
}

function checkFile(
  folder: string,
  file: string,
  where: { readonly listed: boolean; readonly exists: boolean },
  answer: Answer | undefined,
): string | undefined {
  if (!where.exists)
    return where.listed ? "the README lists it, but it is not there" : "has an answer, but is not there";
  if (!where.listed) return "is there, but the README does not list it";
  if (answer === undefined) return "no right answer is known for it";
  const read = READERS[answer.read];
  if (read === undefined) return `there is no reader "${answer.read}"`;
  return difference(answer.expect, view(read(readFileSync(join(folder, file), "utf8"))), "answer");
}

/** Where a value differs from what was expected, or nothing. Objects may hold more than expected, lists may not. */
function difference(expected: unknown, got: unknown, path: string): string | undefined {
  const shown = JSON.stringify(got);
  if (expected === null) return got === undefined ? undefined : `${path} should be absent, is ${shown}`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${path} should be a list, is ${shown}`;
    if (got.length !== expected.length) return `${path} has ${got.length} entries, should have ${expected.length}`;
    return firstOf(expected.map((item, at) => difference(item, got[at], `${path}[${at}]`)));
  }
  if (typeof expected === "object") {
    if (typeof got !== "object" || got === null) return `${path} should be an object, is ${shown}`;
    const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(got));
    return firstOf(
      Object.entries(expected ?? {}).map(([key, item]) => difference(item, fields.get(key), `${path}.${key}`)),
    );
  }
  return expected === got ? undefined : `${path} should be ${JSON.stringify(expected)}, is ${shown}`;
}

function firstOf(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error("usage: npm run check:probe -- DIR");
    process.exit(2);
  }
  const verdicts = checkFolder(folder, answers);
  for (const { file, problem } of verdicts)
    console.log(problem === undefined ? `pass  ${file}` : `FAIL  ${file}: ${problem}`);
  const passed = verdicts.filter(({ problem }) => problem === undefined).length;
  console.log(`${passed} of ${verdicts.length} files read right`);
  if (passed < verdicts.length || passed === 0) process.exit(1);
}

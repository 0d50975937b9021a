// Reads recorded outputs of hardware tools with the probe's readers and compares them with the right answers, file by file.
// Usage: node tools/check-probe.ts DIR   (DIR holds the recordings and a README.md whose tables list them)
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import answers from "./probe-answers.json" with { type: "json" };
import { READERS, view } from "./probe-readers.ts";

interface Answer {
  readonly read: string;
  readonly expect: unknown;
}

/** Where a value differs from what was expected, or nothing. Objects may hold more than expected; null means absent. */
function difference(expected: unknown, got: unknown, path: string): string | undefined {
  if (expected === null) return got === undefined ? undefined : `${path} should be absent, is ${JSON.stringify(got)}`;
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${path} should be a list, is ${JSON.stringify(got)}`;
    if (got.length !== expected.length) return `${path} has ${got.length} entries, should have ${expected.length}`;
    return first(expected.map((item, at) => difference(item, got[at], `${path}[${at}]`)));
  }
  if (typeof expected === "object") {
    const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(got ?? {}));
    if (typeof got !== "object") return `${path} should be an object, is ${JSON.stringify(got)}`;
    return first(
      Object.entries(expected ?? {}).map(([key, item]) => difference(item, fields.get(key), `${path}.${key}`)),
    );
  }
  return expected === got ? undefined : `${path} should be ${JSON.stringify(expected)}, is ${JSON.stringify(got)}`;
}

function first(differences: readonly (string | undefined)[]): string | undefined {
  return differences.find((entry) => entry !== undefined);
}

/** Names in the first column of the README's tables. */
function listed(readme: string): string[] {
  return [...readme.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!);
}

function main(folder: string): number {
  const table: Readonly<Record<string, Answer | undefined>> = answers;
  const onDisk = readdirSync(folder).filter((name) => name !== "README.md");
  const names = [...new Set([...listed(readFileSync(join(folder, "README.md"), "utf8")), ...onDisk])].sort();
  let failed = 0;
  for (const name of names) {
    const problem = check(folder, name, onDisk.includes(name), table[name]);
    if (problem !== undefined) failed++;
    console.log(problem === undefined ? `pass  ${name}` : `FAIL  ${name}: ${problem}`);
  }
  const strays = Object.keys(table).filter((name) => !names.includes(name));
  for (const name of strays) console.log(`FAIL  ${name}: has an answer, but neither the README nor the folder has it`);
  console.log(`${names.length - failed} of ${names.length} files read right`);
  return failed + strays.length === 0 && names.length > 0 ? 0 : 1;
}

function check(folder: string, name: string, exists: boolean, answer: Answer | undefined): string | undefined {
  if (!exists) return "listed in the README, but not in the folder";
  if (answer === undefined) return "no right answer is known for this file";
  const read = READERS[answer.read];
  if (read === undefined) return `there is no reader "${answer.read}"`;
  return difference(answer.expect, view(read(readFileSync(join(folder, name), "utf8"))), "answer");
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: npm run check:probe -- DIR");
  process.exitCode = 2;
} else process.exitCode = main(folder);

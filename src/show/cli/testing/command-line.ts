import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { visible } from "../text/layout.ts";

const MAIN = join(import.meta.dirname, "../main.ts");
const SCHEMA = join(import.meta.dirname, "../../../../docs/schema/answers.schema.json");

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `loadout` in a process of its own, with its home in a folder. */
export function runLoadout(folder: string, args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf") };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Says "valid" of an answer in the documented form, else what is wrong with it. */
export async function answerForm(): Promise<(value: unknown) => unknown> {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));
  return (value) => (validate(value) ? "valid" : validate.errors);
}

/** What a command answers with --json: nothing is said beside it, and it has the documented form. */
export async function jsonAnswer<Answer>(folder: string, args: readonly string[]): Promise<Answer> {
  const { stdout, stderr } = await runLoadout(folder, [...args, "--json"]);
  expect(stderr).toBe("");
  const answer: Answer = JSON.parse(stdout);
  expect((await (form ??= answerForm()))(answer)).toBe("valid");
  return answer;
}

/** read and compiled once for all tests of a file */
let form: ReturnType<typeof answerForm> | undefined;

/** Columns that the widest line takes. */
export function widest(text: string): number {
  return Math.max(...text.split("\n").map(visible));
}

// The command in a process of its own, about rigs that are not here.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { QuantsAnswer } from "../../plan/answer/index.ts";
import { visible } from "./text/layout.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const SCHEMA = join(import.meta.dirname, "../../../docs/schema/answers.schema.json");

let folder: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-quants-"));
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));
  valid = (value) => (validate(value) ? "valid" : validate.errors);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function quants(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf") };
  try {
    const typed = [MAIN, "quants", ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, typed, { env, timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test.each([
  ["qwen3.6-27b", "--gpu", "rtx-4090"],
  ["llama-3.1-8b", "--gpu", "2xrtx-3090", "--goal", "batch", "--all"],
  ["gpt-oss-20b", "--gpu", "rtx-4060", "--all"],
  ["qwen3-8b", "--gpu", "apple-m4-pro-20:48GB"],
  ["qwen3-4b", "--ram", "32GB"],
])("%s %s %s: text within 80 columns, and a valid document that says the same", async (...args) => {
  const [text, json] = await Promise.all([quants(...args), quants(...args, "--json")]);
  expect(text.code, text.stderr).toBe(0);
  const lines = text.stdout.split("\n").filter((line) => !line.startsWith("next:"));
  expect(Math.max(...lines.map(visible))).toBeLessThanOrEqual(80);
  const answer = JSON.parse(json.stdout) as QuantsAnswer;
  expect(valid(answer)).toBe("valid");
  for (const { scheme } of answer.choices) {
    const { title } = answer.rows.find((row) => row.scheme === scheme)!;
    expect(text.stdout).toContain(`take ${title} with`);
  }
  for (const { source, date } of answer.rows.flatMap(({ runtimes }) => runtimes)) {
    expect(source).not.toBe("");
    expect(date).toMatch(/^20\d\d/);
  }
});

test("the usual schemes are shown, --all shows every one and why others are not offered", async () => {
  const [usual, all] = await Promise.all([
    quants("qwen3-8b", "--gpu", "rtx-4090"),
    quants("qwen3-8b", "--gpu", "rtx-4090", "--all"),
  ]);
  expect(usual.stdout).toContain("more: --all");
  expect(usual.stdout).not.toContain("IQ1_S ");
  expect(all.stdout).toContain("IQ1_S ");
  expect(all.stdout).toContain("only for models that were trained for it");
});

test("exit code 1 where nothing that is offered fits, 2 without a model or with one that is unknown", async () => {
  const [none, nothing, unknown] = await Promise.all([
    quants("deepseek-v3", "--gpu", "rtx-4060"),
    quants("--gpu", "rtx-4060"),
    quants("no such model at all", "--gpu", "rtx-4060"),
  ]);
  expect(none.code).toBe(1);
  expect(none.stdout).toContain("nothing that is offered here fits");
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain("loadout quants ./model.gguf");
  expect(unknown.code).toBe(2);
});

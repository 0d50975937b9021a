// `loadout gpus --for`, as commands in processes of their own.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CardsAnswer } from "../../plan/answer/index.ts";
import { visible } from "./text/layout.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const SCHEMA = join(import.meta.dirname, "../../../docs/schema/answers.schema.json");

let folder: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-gpus-"));
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));
  valid = (value) => (validate(value) ? "valid" : validate.errors);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function gpus(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf") };
  try {
    const run = await promisify(execFile)(process.execPath, [MAIN, "gpus", ...args], {
      env,
      timeout: 60_000,
      maxBuffer: 2 ** 24,
    });
    return { code: 0, ...run };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

async function answer(...args: string[]): Promise<{ code: number; answer: CardsAnswer }> {
  const { code, stdout } = await gpus(...args, "--json");
  const parsed = JSON.parse(stdout) as CardsAnswer;
  expect(valid(parsed)).toBe("valid");
  return { code, answer: parsed };
}

/** Commands to type next stay whole. */
const widest = (text: string) => Math.max(...text.split("\nnext:")[0]!.split("\n").map(visible));

test("ranks devices for a model inside 80 columns: fits first, both speeds, checks, the smallest", async () => {
  const { code, stdout } = await gpus("--for", "qwen3-14b", "--context", "16k", "--users", "2", "--psu", "750W");
  expect(code).toBe(0);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/which device for Qwen3.14B Q4_K_M/);
  expect(stdout).toMatch(/\d+ on CPU/);
  expect(stdout).toMatch(/power\s+ok\s+1\.25 x/);
  expect(stdout).toMatch(/left out/);
  expect(stdout).toMatch(/smallest by memory with 5.3 tok\/s for each of 2 users/);
  const unbroken = stdout.replaceAll(/ \\\n\s+/g, " ");
  expect(unbroken).toMatch(/next: loadout fit \S+:Q4_K_M --gpu \S+ --context 16k --users 2/);
});

test("JSON keeps its schema; a supply leaves out what is too much for it or not known", async () => {
  const { answer: given } = await answer("--for", "qwen3-8b", "--psu", "500W", "--length", "30cm", "--rows", "300");
  expect(given.limits).toEqual({ supply: { watts: 500 }, lengthMm: 300 });
  expect(given.rows.length).toBeGreaterThan(20);
  for (const { checks } of [...given.rows, ...given.behind]) {
    const asked = checks.filter((check) => check.asked);
    expect(asked.map(({ key }) => key)).toEqual(["power", "peaks", "length"]);
    expect(asked.every(({ verdict }) => verdict === "passes")).toBe(true);
  }
  expect(given.leftOut.some(({ checks }) => checks.some(({ asked, verdict }) => asked && verdict === "unknown"))).toBe(
    true,
  );
});

test("one device is told whole, and the command it names says the same", async () => {
  const { code, stdout } = await gpus("rtx-3060:12gb", "--for", "qwen3-8b", "--slots", "2", "--length", "260mm");
  expect(code).toBe(0);
  expect(stdout).toMatch(/GeForce RTX 3060 12 GB, fits/);
  expect(stdout).toMatch(/slots\s+ok\s+2 slots, of 2/);
  const { answer: given } = await answer("rtx-3060:12gb", "--for", "qwen3-8b");
  expect(given.rows).toHaveLength(1);
  const words = given.rows[0]!.command.split(" ").slice(1);
  const run = await promisify(execFile)(process.execPath, [MAIN, ...words, "--json"], {
    env: { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf") },
  });
  const fit = JSON.parse(run.stdout) as { verdict: { now: { verdict: string; marginBytes: number } } };
  expect(fit.verdict.now).toMatchObject({ verdict: given.rows[0]!.verdict, marginBytes: given.rows[0]!.marginBytes });
});

test("a budget counts by the file of prices, the smallest by price too; without the file it is refused", async () => {
  const path = join(folder, "prices.csv");
  await writeFile(path, "rtx-3090,700,EUR,used\nrtx-4090,1700,EUR\nrtx-5090,2600,EUR\n");
  const asked = ["--for", "qwen3-8b", "--budget", "2000", "--prices", path, "--smallest", "price", "--pace", "20"];
  const { answer: given } = await answer(...asked);
  expect(given.rows.map(({ id }) => id)).toEqual(["nvidia-geforce-rtx-4090", "nvidia-geforce-rtx-3090"]);
  expect(given.smallest.sure).toMatchObject({ id: "nvidia-geforce-rtx-3090", price: { amount: 700, note: "used" } });
  expect(given.rows[0]!.launchPrice).toMatchObject({ dollars: 1599 });
  const { stdout } = await gpus(...asked);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  const without = await gpus("--for", "qwen3-8b", "--budget", "2000");
  expect(without.code).toBe(2);
  expect(without.stderr).toContain("--prices FILE");
});

test("only a class or a maker's devices are ranked where that is asked", async () => {
  const { answer: given } = await answer(
    "--for",
    "qwen3-8b",
    "--class",
    "consumer",
    "--vendor",
    "amd",
    "--rows",
    "300",
  );
  expect(given.rows.length).toBeGreaterThan(5);
  for (const row of [...given.rows, ...given.behind, ...given.leftOut, ...given.tooSmall]) {
    expect(row.class).toBe("consumer");
    expect(row.id).toMatch(/^amd-/);
  }
});

test("a system leaves out what does not run under it, and a model too large for all answers no", async () => {
  const { answer: mac } = await answer("--for", "qwen3-8b", "--os", "macos", "--rows", "300");
  expect(mac.rows.every(({ id }) => id.startsWith("apple-"))).toBe(true);
  expect(mac.rows[0]!.command).toContain("--os macos");
  const { code, answer: none } = await answer("gtx 1050", "--for", "qwen3-235b-a22b");
  expect(code).toBe(1);
  expect(none.counts).toMatchObject({ fit: 0 });
});

test("what is wrong is said: limits without a model, a supply that is none", async () => {
  const alone = await gpus("rtx-3090", "--psu", "750W");
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain("--psu only with a model");
  for (const wrong of [
    ["--psu", "much"],
    ["--psu", "750W:atx7"],
    ["--length", "long"],
    ["--slots", "0"],
    ["--smallest", "weight"],
  ]) {
    const { code } = await gpus("--for", "qwen3-8b", ...wrong);
    expect([wrong, code]).toEqual([wrong, 2]);
  }
});

test("help stays inside 80 columns", async () => {
  const { stdout } = await gpus("--help");
  expect(Math.max(...stdout.split("\n").map(visible))).toBeLessThanOrEqual(80);
  expect(stdout).toContain("--for");
});

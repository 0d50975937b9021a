// The real command in a process of its own, with the real engine and a small random-weight model written here.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomModel } from "../../facts/model/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { visible } from "./text/layout.ts";
import { answerForm, runLoadout, type Ended } from "./testing/command-line.ts";
import { TINY_GEOMETRY } from "./testing/tiny-model.ts";

const MAIN = join(import.meta.dirname, "main.ts");

let folder: string;
let model: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-cli-"));
  model = join(folder, "tiny.gguf");
  await writeFile(model, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  valid = await answerForm();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, args);

test("fit answers in plain text when piped, within 80 columns, and exits 0", async () => {
  const { code, stdout, stderr } = await loadout("fit", model, "--context", "2k");
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("Tiny random llama");
  expect(stdout).toContain("fits: ");
  expect(stdout).not.toContain("\u001B");
  const longest = stdout.split("\n").filter((line) => !line.includes(model));
  expect(Math.max(...longest.map(visible))).toBeLessThanOrEqual(80);
});

test("fit without a model ranks what a rig can run, and the document is valid", async () => {
  const { code, stdout } = await loadout("fit", "--gpu", "rtx-3090", "--json");
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.kind).toBe("ranking");
  expect(answer.rows.length).toBeGreaterThan(5);
  const text = await loadout("fit", "--gpu", "rtx-3090");
  for (const line of text.stdout.split("\n")) expect(visible(line), line).toBeLessThanOrEqual(80);
}, 60_000);

test("a model's file types stand in a table where it is asked for", async () => {
  const { stdout } = await loadout("fit", "qwen3-8b", "--gpu", "rtx-4070", "--table", "--json");
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.table[0].fileType).toBe("Q8_0");
}, 60_000);

test("fit --json keeps its schema, and the tree sums", async () => {
  const { code, stdout } = await loadout("fit", model, "--users", "2", "--kv-type", "q8_0", "--json");
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  const sums = (node: { value: number; parts?: { value: number }[] }): void => {
    if (!node.parts) return;
    expect(node.parts.reduce((total, part) => total + part.value, 0)).toBe(node.value);
    for (const part of node.parts) sums(part);
  };
  sums(answer.memory);
});

test("what cannot fit exits 1 and says what would", async () => {
  const { code, stdout } = await loadout("fit", model, "--users", "256", "--context", "64m");
  expect(code).toBe(1);
  expect(stdout).toContain("does not fit");
  expect(stdout).toContain("what would make it fit");
});

test.each([
  [["fit", "--contxt", "4k", "x.gguf"], "--context"],
  [["fit", "x.gguf", "--context", "lots"], "a number of tokens"],
  [["fit", "x.gguf", "--goal", "interactve"], "interactive"],
  [["fti"], "loadout fit"],
  [["fit", "no-such-model"], "no model called"],
  [["receipts", "999"], "999"],
  [["models", "--models", "/no/such/folder"], "there is no such folder"],
  [["fit", "--", "--odd-name"], '"--odd-name"'],
  [["fit", "qwen3"], "Qwen3 8B"],
  [["fit", "quen3", "8b"], "rguments"],
  [["fit", "qwen3 8b", "--verify"], "a file at hand"],
  [["models", "gemma3", "28b"], "google/gemma-3-27b-it"],
])("%j is a wrong question: exit 2, and it says %j", async (args, said) => {
  const { code, stderr, stdout } = await loadout(...args);
  expect(stderr + stdout).toContain(said);
  expect(code).toBe(2);
});

test("a command line that cannot be read is an error like every other, also as JSON", async () => {
  for (const [args, code] of [
    [["fit", "x.gguf", "--context", "0", "--json"], "bad-quantity"],
    [["fit", "x.gguf", "--contxt", "1k", "--json"], "bad-command-line"],
    [["toString", "--json"], "unknown-value"],
    [["receipts", "--remove", "--json"], "bad-quantity"],
  ] as const) {
    const ended = await loadout(...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error: .+\nhint: .+/);
    const answer = JSON.parse(ended.stdout);
    expect(valid(answer)).toBe("valid");
    expect(answer.error.code).toBe(code);
  }
});

test("a name of the catalog is a model: sizes by formula, the disk shown, JSON by the schema", async () => {
  const args = ["fit", "qwen3 0.6b", "--quant", "Q4_K_M", "--context", "2k"];
  const { code, stdout, stderr } = await loadout(...args, "--json");
  expect(code, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.model).toMatchObject({ name: "Qwen3 0.6B", quantization: "Q4_K_M", sizesFrom: "formula" });
  expect(answer.disk.downloadBytes).toBe(answer.model.fileBytes);
  expect(JSON.stringify(answer.memory)).not.toContain('"header"');
  const { stdout: text } = await loadout(...args);
  expect(text).toMatch(/about 39\d MB/);
  expect(text).toContain("free on the disk of");
  for (const line of text.split("\n")) expect(visible(line), line).toBeLessThanOrEqual(80);
});

test("a name made to fool a terminal is shown without what terminals obey", async () => {
  const path = join(folder, "evil.gguf");
  const name = "Nice\u001B[2J\u0007 model\nfits: 1 TiB to spare";
  await writeFile(
    path,
    randomModel({ ...TINY_GEOMETRY, name }, () => 0.5),
  );
  const { stdout } = await loadout("fit", path);
  expect(stdout).toMatch(/^Nice \[2J model fits: 1 TiB to spare {2}F16/);
});

test("a folder that cannot be written costs the receipt, not the run", async () => {
  const blocked = join(folder, "blocked");
  await mkdir(blocked);
  await writeFile(join(blocked, "data"), "a file where a folder should be");
  const env = { ...process.env, LOADOUT_HOME: blocked, HOME: folder };
  const args = [MAIN, "--model", model, "--context", "512", "--max-tokens", "4", "--threads", "1", "--json"];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  expect(stderr).toContain("without receipts: ");
  const run = JSON.parse(stdout);
  expect(valid(run)).toBe("valid");
  expect(run.receipt).toBeUndefined();
  expect(run.reply.replyTokens).toBeGreaterThan(0);
});

test("a file that is no model is refused as what it looks like, also as JSON", async () => {
  const path = join(folder, "page.gguf");
  await writeFile(path, "<!DOCTYPE html><html></html>");
  const { code, stdout, stderr } = await loadout("fit", path, "--json");
  expect(code).toBe(2);
  expect(stderr).toContain("web page");
  expect(valid(JSON.parse(stdout))).toBe("valid");
});

test("the loop: a real reply, each buffer equal at every printed digit, a receipt that the next plan uses", async () => {
  const first = await loadout(
    "--model",
    model,
    "--prompt",
    "hello",
    "--max-tokens",
    "24",
    "--context",
    "512",
    "--json",
  );
  expect(first.code, first.stderr).toBe(0);
  const run = JSON.parse(first.stdout);
  expect(valid(run)).toBe("valid");
  expect(run.reply.replyTokens).toBeGreaterThan(0);
  expect(run.memory.length).toBeGreaterThan(3);
  expect(run.memory.filter((term: { exact?: boolean }) => term.exact !== true)).toEqual([]);

  const receipts = JSON.parse((await loadout("receipts", "--json")).stdout);
  expect(valid(receipts)).toBe("valid");
  expect(receipts.receipts).toHaveLength(1);
  const text = await loadout("receipts", "1");
  expect(text.stdout).toContain("exact");

  const second = JSON.parse((await loadout("fit", model, "--context", "512", "--json")).stdout);
  expect(second.speed.decode.provenance).toBe("calibrated");
  // a run that fell below its band on a busy machine is measured again
  const decode = receipts.receipts[0].rates.find((rate: { what: string }) => rate.what === "decode");
  const slow = decode.measuredPerSec < (decode.lowPerSec ?? 0);
  expect(second.decisions.find((row: { setting: string }) => row.setting === "threads").because).toContain(
    slow ? "one core is left" : "measured here",
  );
});

test("a pasted llama-server command is weighed as it is", async () => {
  const rig = ["--gpu", "rtx-3090", "--ram", "64GB"];
  const told = await loadout("fit", model, ...rig, "--server-args", "llama-server -c 4096 -np 2 -ctk q8_0", "--json");
  expect(told.stderr).toBe("");
  const answer = JSON.parse(told.stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.launch.line).toContain("-c 4096 -np 2 -no-kvu -b 2048 -ub 512 -fa auto -ctk q8_0 -ctv f16 -ngl all");
  expect(answer.wouldFit).toEqual([]);
  const wrong = await loadout("fit", model, ...rig, "--server-args", "--ctx 4096");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("--ctx: b11434 has no such flag");
});

test("fit --verify is equal to the engine's dry run, in bytes", async () => {
  const { code, stdout } = await loadout("fit", model, "--context", "1k", "--verify", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).verified.equal).toBe(true);
});

test("explain shows formulas; probe, models and doctor keep the schema", async () => {
  expect((await loadout("explain", model)).stdout).toContain("=");
  for (const args of [["probe"], ["models"], ["doctor"]]) {
    const { code, stdout, stderr } = await loadout(...args, "--json");
    expect(code, stderr).toBe(0);
    expect(valid(JSON.parse(stdout)), args[0]).toBe("valid");
  }
});

test("models rm removes what Loadout fetched, never what is somebody else's", async () => {
  const own = join(folder, "home/data/weights/tiny");
  await mkdir(own, { recursive: true });
  await copyFile(model, join(own, "own.gguf"));
  const listed = await loadout("models", "--json");
  expect(JSON.parse(listed.stdout).models.map(({ origin }: { origin: string }) => origin)).toContain("loadout");
  expect((await loadout("models", "rm", "own")).code).toBe(4);
  expect((await loadout("models", "rm", "own", "--yes")).code).toBe(0);
  expect(existsSync(join(own, "own.gguf"))).toBe(false);
  const theirs = join(folder, "theirs");
  await mkdir(theirs);
  await copyFile(model, join(theirs, "kept.gguf"));
  const refused = await loadout("models", "rm", "kept", "--models", theirs, "--yes");
  expect(refused.code).not.toBe(0);
  expect(existsSync(join(theirs, "kept.gguf"))).toBe(true);
});

test("help has examples everywhere, inside 80 columns", async () => {
  for (const command of ["fit", "explain", "probe", "receipts", "models", "gpus", "doctor", "start"]) {
    const { code, stdout } = await loadout(command, "--help");
    expect(code).toBe(0);
    expect(stdout, command).toMatch(/Examples?:/);
    for (const line of stdout.split("\n")) expect(visible(line), line).toBeLessThanOrEqual(80);
  }
});

test("Ctrl-C stops it with its own exit code and leaves no engine behind", async () => {
  const env = { ...process.env, LOADOUT_HOME: join(folder, "home"), HOME: folder };
  const child = spawn(process.execPath, [MAIN, "--model", model, "--max-tokens", "100000", "--prompt", "go on"], {
    env,
  });
  const text = await new Promise<string>((resolve) => {
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (/\nmodel {2}.+/.test(seen)) resolve(seen);
    });
    child.on("exit", () => resolve(seen));
  });
  expect(text).toContain("model  ");
  child.kill("SIGINT");
  const code = await new Promise((resolve) => child.on("exit", resolve));
  expect(code).toBe(130);
  const { stdout } = await promisify(execFile)("ps", ["-eo", "ppid,args"]);
  expect(stdout.split("\n").filter((line) => line.trim().startsWith(`${child.pid} `))).toEqual([]);
});

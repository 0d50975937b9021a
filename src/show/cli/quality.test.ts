// `loadout quality` and `loadout calibrate` in a process of their own, with the real engine and random weights written here.
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomModel } from "../../facts/model/index.ts";
import { formatNumber, seededRandom } from "../../facts/units/index.ts";
import { SMALL_GEOMETRY } from "../../run/engine/testing/small-model.ts";
import { visible } from "./text/layout.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const SCHEMA = join(import.meta.dirname, "../../../docs/schema/answers.schema.json");

let folder: string;
let model: string;
let near: string;
let other: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-quality-"));
  [model, near, other] = ["model.gguf", "near.gguf", "other.gguf"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(model, randomModel(SMALL_GEOMETRY, seededRandom(7), "F32"));
  await writeFile(near, randomModel(SMALL_GEOMETRY, seededRandom(7), "F16"));
  await writeFile(other, randomModel({ ...SMALL_GEOMETRY, embeddingLength: 64 }, seededRandom(7), "F32"));
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));
  valid = (value) => (validate(value) ? "valid" : validate.errors);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({
  ...process.env,
  LOADOUT_HOME: join(folder, "home"),
  HOME: folder,
  HF_HOME: join(folder, "hf"),
});
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
async function loadout(...args: string[]): Promise<Ended> {
  try {
    const run = await promisify(execFile)(process.execPath, [MAIN, ...args], { env: environment(), timeout: 100_000 });
    return { code: 0, ...run };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

const TEXT = ["--text", "--tokens", "140", "--threads", "1"];

test("measures a file against another of the same model, keeps it, and starts nothing the second time", async () => {
  const { code, stdout, stderr } = await loadout("quality", near, "--against", model, ...TEXT, "--json");
  expect(code, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer.file.figures.tokens).toBe(140);
  expect(answer.file.fromStore).toBe(false);
  expect(answer.comparison.kl.value).toBeLessThan(0.01);
  expect(answer.comparison.sameTop.value).toBeGreaterThan(0.8);
  expect(answer.comparison.covered).toBeCloseTo(1, 4);
  const again = await loadout("quality", near, "--against", model, ...TEXT);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("measured before");
  const longest = again.stdout.split("\n").filter((line) => !line.includes(folder));
  expect(Math.max(...longest.map(visible))).toBeLessThanOrEqual(80);
}, 120_000);

test("goes on where Ctrl-C stopped it, and ends as if nothing had happened", async () => {
  const args = ["quality", model, "--tokens", "700", "--text", "--threads", "1", "--json"];
  const kept = () => readdir(join(folder, "home/data/quality")).catch(() => []);
  const before = new Set(await kept());
  const running = spawn(process.execPath, [MAIN, ...args], { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  running.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => running.once("exit", resolve));
  let state: string | undefined;
  // its file has a first result: the head is one line, and each result one more
  while (running.exitCode === null) {
    state ??= (await kept()).find((name) => !before.has(name) && name.endsWith(".jsonl"));
    if (state && readFileSync(join(folder, "home/data/quality", state), "utf8").split("\n").length > 3) break;
    await new Promise(setImmediate);
  }
  running.kill("SIGINT");
  const code = await ended;
  expect([130, 0]).toContain(code); // a very fast machine may have finished
  if (code === 130) expect(said).toContain("goes on from there");
  const rest = JSON.parse((await loadout(...args)).stdout);
  const fresh = JSON.parse((await loadout(...args, "--fresh")).stdout);
  expect(rest.file.figures).toEqual(fresh.file.figures);
}, 120_000);

test("refuses to compare different models, and says why", async () => {
  const { code, stderr } = await loadout("quality", model, "--against", other, ...TEXT);
  expect(code).toBe(2);
  expect(stderr).toContain("different models (width 128 and 64)");
  const unknown = await loadout("quality");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("a file to measure")]);
}, 60_000);

test("fetches a file behind an address once, with consent", async () => {
  const bytes = await readFile(model);
  const server = createServer((request, response) => {
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
    const [from, to] = range
      ? [Number(range[1]), range[2] ? Number(range[2]) : bytes.length - 1]
      : [0, bytes.length - 1];
    const part = bytes.subarray(from, to + 1);
    response.writeHead(range ? 206 : 200, {
      "content-length": part.length,
      "accept-ranges": "bytes",
      etag: '"one"',
      ...(range ? { "content-range": `bytes ${from}-${from + part.length - 1}/${bytes.length}` } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  const url = `http://127.0.0.1:${address.port}/files/model.gguf`;
  try {
    const asked = await loadout("quality", url, ...TEXT);
    expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining("--yes")]);
    const { code, stdout, stderr } = await loadout("quality", url, ...TEXT, "--yes", "--json");
    expect(code, stderr).toBe(0);
    const { path } = JSON.parse(stdout).file.model;
    expect(existsSync(path)).toBe(true);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  } finally {
    server.close();
  }
}, 120_000);

test("calibrates this machine, and later predictions start from it", async () => {
  const { code, stdout, stderr } = await loadout("calibrate", model, "--threads", "1", "--json");
  expect(code, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  const [{ rates }] = answer.models;
  expect(rates.map((rate: { what: string }) => rate.what)).toContain("decode");
  expect(rates.every((rate: { after?: { provenance: string } }) => rate.after?.provenance === "calibrated")).toBe(true);
  const fit = JSON.parse((await loadout("fit", model, "--json")).stdout);
  expect(fit.speed.decode.provenance).toBe("calibrated");
  const text = await loadout("calibrate", model, "--threads", "1");
  expect(Math.max(...text.stdout.split("\n").map(visible))).toBeLessThanOrEqual(80);
  await showsCalibrations(answer.models[0].stored.id);
}, 120_000);

/** Both calibrations made here are listed and shown whole, and can be removed. */
async function showsCalibrations(first: number): Promise<void> {
  const { calibrations } = JSON.parse((await loadout("receipts", "--json")).stdout);
  expect(calibrations.map(({ inUse }: { inUse: boolean }) => inUse)).toEqual([true, false]);
  const shown = JSON.parse((await loadout("receipts", `c${first}`, "--json")).stdout);
  expect(valid(shown)).toBe("valid");
  expect(shown.receipts).toEqual([]);
  expect(shown.calibrations).toEqual([calibrations[1]]);
  const [{ learned, points }] = shown.calibrations;
  expect(points.every(({ baseLowPerSec }: { baseLowPerSec?: number }) => baseLowPerSec! > 0)).toBe(true);
  const list = (await loadout("receipts")).stdout;
  const whole = (await loadout("receipts", `c${first}`)).stdout;
  for (const line of [...list.split("\n"), ...whole.split("\n")]) expect(visible(line)).toBeLessThanOrEqual(80);
  expect(list).toMatch(new RegExp(`c${first} .*replaced`));
  expect(whole).toContain(`predictions of prefill x ${formatNumber(learned.prefill.factor)}`);
  expect((await loadout("receipts", `c${first}`, "--remove")).stdout).toContain("removed");
  expect((await loadout("receipts", `c${first}`)).code).toBe(2);
}

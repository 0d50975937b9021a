// `loadout simulate` as a process: catalogued models on rigs written by hand.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SimulateAnswer } from "../../plan/answer/index.ts";
import { closedWorkload, simulate, timesOf } from "../../predict/serving/index.ts";
import { jsonAnswer, runLoadout, type Ended, widest } from "./testing/command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-simulate-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, ["simulate", ...args]);

const answered = (...args: string[]) => jsonAnswer<SimulateAnswer>(folder, ["simulate", ...args]);

const MODEL = ["qwen3-8b:Q4_K_M", "--gpu", "rtx-3090"];

test("users on one machine: waits, and up to how many it is enough", async () => {
  const answer = await answered(...MODEL, "--users", "4", "--prompt", "400-800", "--output", "100");
  expect(answer.enough!.met).toBe(true);
  expect(answer.enough!.upTo).toBeGreaterThan(4);
  expect(answer.summary!.concurrency.most).toBe(4);
  expect(answer.summary!.gapMs!.p99).toBeGreaterThan(answer.summary!.gapMs!.p50);
  expect(answer.engine).toMatchObject({ kind: "llama-server", slots: 4 });
  const again = await answered(...MODEL, "--users", "4", "--prompt", "400-800", "--output", "100");
  expect(again).toEqual(answer);
});

test("more than one machine can answer: how many would, with spares; text in 80 columns; exit code 1", async () => {
  const args = [...MODEL, "--rate", "4", "--requests", "400", "--targets", "ttft p95 2s"];
  const answer = await answered(...args);
  expect(answer.enough).toMatchObject({ met: false });
  expect(answer.enough!.fleet!.replicas).toBeGreaterThan(1);
  expect(answer.enough!.fleet!.spares).toBeGreaterThanOrEqual(1);
  expect(answer.says).toMatch(/^one machine is not enough: .* would be, with \d+ spare/);
  const { code, stdout } = await loadout(...args);
  expect(code).toBe(1);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  const fleet = await answered(
    ...args,
    "--replicas",
    String(answer.enough!.fleet!.replicas),
    "--router",
    "power-of-two",
  );
  expect(fleet.answered).toHaveLength(answer.enough!.fleet!.replicas!);
});

test("named failures: spares beside machines that are enough, more of them where starting takes long", async () => {
  const asked = [...MODEL, "--users", "2", "--output", "50", "--replicas", "2"];
  const rare = await answered(...asked, "--failures", "1000h");
  expect(rare.asked.failures).toEqual({ meanHoursBetween: 1000, downMs: 300_000 });
  expect(rare.enough).toMatchObject({ met: true, spares: { spares: 1, meetsWhenTheyFail: true } });
  expect(rare.says).toMatch(/^2 machines are enough, up to \d+ users; with 1 spare for failures$/);
  expect(rare.assumptions.join()).toContain("a machine fails every");
  const often = await answered(...asked, "--failures", "5h", "--cold-start", "1h");
  expect(often.enough!.spares!.spares).toBeGreaterThan(1);
  expect((await answered(...asked)).enough!.spares).toBeUndefined();
});

test("every engine, and a trace", async () => {
  for (const engine of ["embedded", "vllm"] as const) {
    const answer = await answered(...MODEL, "--engine", engine, "--users", "3", "--output", "50");
    expect(answer.engine.kind).toBe(engine);
    expect(answer.summary!.requests.ok).toBeGreaterThan(50);
  }
  const trace = join(folder, "trace.jsonl");
  const lines = Array.from({ length: 40 }, (_, at) =>
    JSON.stringify({ timestamp: at * 900, input_length: 1100, output_length: 40, hash_ids: [1, 2, at + 10] }),
  );
  await writeFile(trace, lines.join("\n"));
  const answer = await answered(...MODEL, "--engine", "vllm", "--trace", trace);
  expect(answer.summary!.cachedShare).toBeGreaterThan(0.8);
  expect(answer.asked.load).toEqual({ trace });
});

test("a full context that shifts, where the model's cache can", async () => {
  const full = ["--gpu", "rtx-3090", "--users", "2", "--prompt", "200", "--output", "3000", "--context", "2k"];
  const asked = ["qwen3-8b:Q4_K_M", ...full, "--requests", "40"];
  const shifted = await answered(...asked, "--context-shift");
  expect(shifted.engine).toMatchObject({ contextShift: true });
  const answerTokens = ({ summary }: SimulateAnswer) => summary!.outputTokensPerSec / summary!.requestsPerSec;
  expect(answerTokens(shifted)).toBeCloseTo(3000, 3);
  expect(answerTokens(await answered(...asked))).toBeLessThan(2048);
  const { code, stdout } = await loadout("gemma-3-4b", ...full, "--context-shift", "--json");
  expect([code, JSON.parse(stdout).error.code]).toEqual([2, "bad-quantity"]);
});

test("jobs in the batch lane, behind the gateway's lanes", async () => {
  for (const engine of ["llama-server", "embedded"]) {
    const asked = [...MODEL, "--engine", engine, "--users", "2", "--think", "2s", "--slots", "4", "--output", "60"];
    const answer = await answered(...asked, "--batch", "3");
    expect(answer.asked.batch).toBe(3);
    expect(answer.enough!.batchTokensPerSec).toBeGreaterThan(1);
    expect(answer.summary!.requests.failed).toBe(0);
  }
  expect((await loadout(...MODEL, "--engine", "vllm", "--users", "2", "--batch", "3")).code).toBe(2);
});

test("a measured run, replayed: error and bias before and after learning from the other points", async () => {
  const costs = { fixedMs: 2, weightsMs: 12, streamMs: 0.6, promptMs: 0.4, depthMs: 0.1, promptDepthMs: 0.02 };
  const engine = {
    kind: "llama-server",
    slots: 4,
    contextTokens: 16_384,
    batchTokens: 512,
    microBatchTokens: 512,
  } as const;
  const point = (users: number) => {
    const shape = { prompt: { kind: "uniform", low: 200, high: 700 }, output: { kind: "fixed", tokens: 60 } } as const;
    const workload = closedWorkload({ users }, { requests: 8 * users }, shape, users);
    const times = timesOf(costs, "a test", "calibrated");
    const { records } = simulate({ workload, engine: { ...engine, unified: false }, times, seed: 1 });
    return { load: { users }, requests: records.map((one) => ({ ...one, tokenMs: [...one.tokenMs] })) };
  };
  const run = join(folder, "run.json");
  await writeFile(
    run,
    JSON.stringify({ kind: "bench", asked: { loop: "closed" }, points: [point(1), point(2), point(4)] }),
  );
  const answer = await answered(...MODEL, "--replay", run, "--micro-batch", "512");
  // a file that says what the server was needs no flags
  const sizes = { context: 8192, sequences: 3, unifiedCache: false, batch: 256, microBatch: 128 };
  const settings = { ...sizes, flashAttention: true, cacheTypeK: "f16", cacheTypeV: "f16", gpuLayers: "all" };
  const server = { saidBy: "loadout", engine: "llama-server", build: "b11434", slots: 3, settings, threads: 2 };
  await writeFile(
    run,
    JSON.stringify({ kind: "bench", endpoint: { server }, asked: { loop: "closed" }, points: [point(1), point(2)] }),
  );
  const said = await answered(...MODEL, "--replay", run);
  expect(said.engine).toMatchObject({ slots: 3, batchTokens: 256, microBatchTokens: 128, contextTokens: 8192 });
  expect((await answered(...MODEL, "--replay", run, "--slots", "2")).engine).toMatchObject({ slots: 2 });
  expect(answer.replays).toMatchObject({ learnedFrom: "the other runs" });
  for (const { predicted, calibrated } of answer.replays!.runs) {
    const error = (of: typeof predicted) =>
      Math.abs(of.metrics.find(({ metric }) => metric === "output tokens")!.error);
    expect(error(calibrated!)).toBeLessThan(0.08);
    expect(error(calibrated!)).toBeLessThan(error(predicted));
  }
  const { code, stdout } = await loadout(...MODEL, "--replay", run);
  expect(code).toBe(0);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
});

test("what cannot be asked is said", async () => {
  const refused = async (...args: string[]) => {
    const { code, stdout } = await loadout(...args, "--json");
    return [code, JSON.parse(stdout).error.code];
  };
  expect(await refused(...MODEL)).toEqual([2, "simulate-no-load"]);
  const embedder = ["bge-m3", "--gpu", "rtx-4090", "--users", "2"];
  expect(await refused(...embedder)).toEqual([2, "writes-no-tokens"]);
  expect(await refused(...MODEL, "--replay", join(folder, "none.json"))).toEqual([2, "simulate-bad-file"]);
  const empty = join(folder, "empty.jsonl");
  await writeFile(empty, "nothing\n");
  expect(await refused(...MODEL, "--trace", empty)).toEqual([2, "simulate-bad-file"]);
  expect(await refused(...MODEL, "--rate", "0")).toEqual([2, "bad-quantity"]);
});

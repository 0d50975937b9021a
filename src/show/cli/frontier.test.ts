// `loadout frontier` as a process: a catalogued model on a rig written by hand, and a measured run beside it.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FrontierAnswer } from "../../plan/answer/index.ts";
import { closedWorkload, simulate, summarizeAfter, timesOf } from "../../predict/serving/index.ts";
import { serveTarget } from "./serve/target.ts";
import { answerForm, runLoadout, type Ended, widest } from "./testing/command-line.ts";

let folder: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-frontier-"));
  valid = await answerForm();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]): Promise<Ended> => runLoadout(folder, ["frontier", ...args]);
const MODEL = ["qwen3-8b:Q4_K_M", "--gpu", "rtx-3090", "--users-up-to", "4"];

test("text in 80 columns: a table an origin, a plot, the named points, next", async () => {
  const { code, stdout, stderr } = await loadout(...MODEL);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  for (const part of [
    "simulated (datasheet)",
    "predicted (closed form)",
    "of limit",
    "I  interactive",
    "B  batch",
    "next:",
  ])
    expect(stdout).toContain(part);
});

test("JSON by its schema; a measured run stands beside, with what its client doubted; the same question, the same bytes", async () => {
  const file = join(folder, "run.json");
  await writeFile(file, JSON.stringify(measured()));
  const asked = [...MODEL, "--prompt", "100-300", "--output", "80", "--measured", file, "--json"];
  const [one, again] = await Promise.all([loadout(...asked), loadout(...asked)]);
  expect(one.stdout).toBe(again.stdout);
  const answer: FrontierAnswer = JSON.parse(one.stdout);
  expect(valid(answer)).toBe("valid");
  const real = answer.points.filter(({ origin }) => origin === "measured");
  expect(real.map(({ knobs }) => knobs.users)).toEqual([2]);
  expect(real[0]!.doubts.map(({ why }) => why)).toEqual(["event-loop-lag"]);
  expect(real[0]!.summary!.requests.warmUp).toBe(2);
});

test("a chart of all points, with what was measured and the points that were chosen; a folder that is none is said", async () => {
  const [file, chart] = [join(folder, "run.json"), join(folder, "frontier.svg")];
  await writeFile(file, JSON.stringify(measured()));
  const asked = [...MODEL, "--prompt", "100-300", "--output", "80", "--measured", file, "--chart"];
  expect((await loadout(...asked, chart)).code).toBe(0);
  const svg = await readFile(chart, "utf8");
  expect(svg).toMatch(/^<svg /);
  for (const part of ["measured", "predicted", "share of what memory and arithmetic allow", ">I</text>", "2 users"])
    expect(svg).toContain(part);
  expect((await loadout(...asked, join(folder, "no", "such.svg"))).code).not.toBe(0);
});

test("targets that nothing keeps: said so, exit code 1; wrong questions: exit codes of their own", async () => {
  const missed = await loadout(...MODEL, "--targets", "ttft p95 1ms");
  expect(missed.code).toBe(1);
  expect(missed.stdout).toContain("nothing keeps the targets");
  expect((await loadout(...MODEL, "--measured", join(folder, "none.json"))).code).toBe(2);
  const full = await loadout("qwen3-8b:Q4_K_M", "--gpu", "rtx-3090", "--context", "10m");
  expect(full.code).toBe(1);
  expect(full.stderr).toContain("no setting of llama-server fits");
});

test("what serve --target takes: limits in the words of bench, people, lengths", () => {
  expect(serveTarget("ttft p95 500ms, 4 users")).toEqual({
    targets: [{ metric: "ttft", percent: 95, limitMs: 500 }],
    users: 4,
    promptTokens: 512,
    answerTokens: 256,
  });
  const full = serveTarget("8 users, tpot 40ms, gap p99 0.2s, prompts 2k, answers of 300 tokens");
  expect(full).toMatchObject({ users: 8, promptTokens: 2048, answerTokens: 300 });
  expect(full.targets).toHaveLength(2);
  for (const wrong of ["", "4 users", "ttft", "ttft p95 500", "ttft p95 500ms, 0 users", "ttft p95 1s, prompts x"])
    expect(() => serveTarget(wrong)).toThrow();
});

/** A run of a machine with costs of its own, as `bench --json` prints it. */
function measured(): unknown {
  const workload = closedWorkload(
    { users: 2 },
    { requests: 40 },
    { prompt: { kind: "fixed", tokens: 200 }, output: { kind: "fixed", tokens: 80 } },
    5,
  );
  const times = timesOf(
    { fixedMs: 1, weightsMs: 8, streamMs: 0.4, promptMs: 0.4, depthMs: 0.02, promptDepthMs: 0.02 },
    "",
    "datasheet",
  );
  const engine = {
    kind: "llama-server",
    slots: 2,
    contextTokens: 4096,
    batchTokens: 512,
    microBatchTokens: 512,
    unified: false,
  } as const;
  const { records } = simulate({ workload, engine, times, seed: 5 });
  const summary = summarizeAfter(records, 2, "closed");
  return {
    kind: "bench",
    asked: { loop: "closed" },
    points: [
      {
        load: { users: 2 },
        summary: { ...summary, doubts: [{ why: "event-loop-lag", value: 80, limit: 50 }] },
        requests: records.map((record) => ({ ...record, tokenMs: [...record.tokenMs] })),
      },
    ],
  };
}

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NullServer, startNullServer } from "../../run/bench/load/index.ts";
import { answerForm, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;
let server: NullServer;
let isAnswer: (value: unknown) => unknown;
const FAST = ["--prompt", "40", "--output", "5", "--no-check", "--body", '{"null_ttft_ms":5,"null_gap_ms":2}'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-bench-"));
  server = await startNullServer();
  isAnswer = await answerForm();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const bench = (...args: string[]) => runLoadout(folder, ["bench", server.url, ...FAST, ...args]);

describe("loadout bench", () => {
  test("users: an answer in the documented form, kept whole, every request in it and in the CSV", async () => {
    const csv = join(folder, "requests.csv");
    const ended = await bench("--users", "2", "--requests", "10", "--json", "--csv", csv, "--as", "vllm");
    expect(ended.code).toBe(0);
    const answer = JSON.parse(ended.stdout);
    expect(isAnswer(answer)).toBe("valid");
    const [point] = answer.points;
    expect(point.load).toEqual({ users: 2 });
    expect(point.requests.length).toBeGreaterThanOrEqual(12);
    expect(point.summary.requests).toMatchObject({ failed: 0, unfinished: 0 });
    expect(point.summary.requests.ok).toBe(10);
    expect(answer.as[0].rows.map((row: { name: string }) => row.name)).toContain("ITL");
    expect((await readFile(csv, "utf8")).trim().split("\r\n").length).toBe(point.requests.length + 1);
    const [kept] = await readdir(join(folder, "home/data/bench"));
    expect(JSON.parse(await readFile(join(folder, "home/data/bench", kept!), "utf8")).points).toEqual(answer.points);
  });

  test("a rate on a schedule, with targets: missed ones end with code 1; text inside 80 columns", async () => {
    const ended = await bench(
      "--rate",
      "40",
      "--requests",
      "30",
      "--targets",
      "ttft p95 10s, e2e p50 1ms",
      "--side-probe",
    );
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain("time to first token, from due");
    expect(ended.stdout).toMatch(/missed {2}e2e p50/);
    expect(ended.stdout).toMatch(/met {2}ttft p95/);
    expect(ended.stdout).toContain("small request beside the load");
    expect(widest(ended.stdout.replace(/kept in .*/, ""))).toBeLessThanOrEqual(80);
  });

  test("several loads have a knee; two endpoints are paired", async () => {
    const swept = await bench("--users", "1,2", "--requests", "4", "--json");
    const answer = JSON.parse(swept.stdout);
    expect(isAnswer(answer)).toBe("valid");
    expect(answer.points.length).toBe(2);
    expect(answer.knee.index).toBeGreaterThanOrEqual(0);
    const paired = await bench("--users", "1", "--requests", "9", "--rounds", "3", "--compare", server.url, "--json");
    const both = JSON.parse(paired.stdout);
    expect(isAnswer(both)).toBe("valid");
    expect(both.compared.points.length).toBe(3);
    expect(both.compared.differences.length).toBe(3);
    expect(both.compared.throughput.low).toBeLessThanOrEqual(both.compared.throughput.value);
  });

  test("nobody there, and questions that make no sense", async () => {
    const nobody = await runLoadout(folder, ["bench", "9", "--no-check", "--json"]);
    expect(nobody.code).toBe(3);
    expect(isAnswer(JSON.parse(nobody.stdout))).toBe("valid");
    expect((await runLoadout(folder, ["bench", "9", "--as", "wrk"])).code).toBe(2);
  });
});

describe("what a run says of its server", () => {
  test("lanes beside a load: each by itself, and the cache that nobody reports", async () => {
    const ended = await bench("--users", "1", "--requests", "4", "--lane", "batch:2:30/3", "--json");
    const answer = JSON.parse(ended.stdout);
    expect(isAnswer(answer)).toBe("valid");
    const [point] = answer.points;
    expect(point.lanes.map(({ lane }: { lane: string }) => lane).sort()).toEqual(["batch", "interactive"]);
    expect(point.cache.said).toBe("of none");
    const lanes = new Set<string>(point.requests.map(({ lane }: { lane: string }) => lane));
    expect(lanes).toEqual(new Set(["batch", "interactive"]));
    const counted = point.lanes.reduce(
      (sum: number, { summary }: { summary: { requests: { ok: number } } }) => sum + summary.requests.ok,
      0,
    );
    expect(counted).toBeGreaterThanOrEqual(point.summary.requests.ok);
    const text = await bench("--users", "1", "--requests", "3", "--lane", "batch:1");
    expect(text.stdout).toContain("batch");
    expect(widest(text.stdout.replace(/kept in .*/, ""))).toBeLessThanOrEqual(80);
  });

  test("one endpoint asked in two ways: what differs is slower, and said", async () => {
    const slower = '{"null_ttft_ms":5,"null_gap_ms":12}';
    const args = ["--users", "1", "--requests", "9", "--rounds", "3", "--compare-body", slower];
    const answer = JSON.parse((await bench(...args, "--json")).stdout);
    expect(isAnswer(answer)).toBe("valid");
    expect(answer.compared.differs).toEqual([`body ${slower}`]);
    expect(answer.compared.endpoint.base).toBe(answer.endpoint.base);
    const tpot = answer.compared.differences.find(({ metric }: { metric: string }) => metric === "tpot");
    expect(tpot.difference.low).toBeGreaterThan(4);
    expect(tpot.difference.high).toBeLessThan(40);
  });

  test("a page and a chart of it", async () => {
    const [page, chart] = [join(folder, "run.html"), join(folder, "run.svg")];
    const ended = await bench("--users", "1,2", "--requests", "4", "--html", page, "--chart", chart);
    expect(ended.code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("What the words mean");
    expect(await readFile(chart, "utf8")).toMatch(/^<svg /);
  });

  test("weights and a rig that are named: rates beside their prediction, kept; names that nobody knows are said before", async () => {
    const named = ["--of", "qwen3-8b:Q4_K_M", "--gpu", "rtx-3090"];
    const args = ["--users", "1", "--requests", "12", ...named, "--server-args", "-np 2 -c 8192"];
    const answer = JSON.parse((await bench(...args, "--json")).stdout);
    expect(isAnswer(answer)).toBe("valid");
    expect(answer.rig).toBe("--gpu rtx-3090");
    expect(answer.endpoint.server).toMatchObject({ saidBy: "flags", slots: 2, contextPerSlot: 4096 });
    // a machine too busy to measure on teaches nothing
    const spoiled = answer.points[0].summary.doubts.length > 0;
    expect(answer.rates.length > 0 || spoiled).toBe(true);
    for (const { predicted } of answer.rates) expect(predicted.low).toBeLessThan(predicted.high);
    expect(answer.receipt === undefined).toBe(answer.rates.length === 0);
    expect(answer.notes).toContain("it does not say what it is: taken as llama-server");
    const before = (await readdir(join(folder, "home/data/bench"))).length;
    for (const wrong of [
      ["--of", "nobodys-model"],
      ["--of", "qwen3-8b:Q4_K_M", "--gpu", "nobodys-card"],
    ])
      expect((await bench("--requests", "3", ...wrong)).code).toBe(2);
    expect((await readdir(join(folder, "home/data/bench"))).length).toBe(before);
  });

  test("headers and lanes that are none are refused", async () => {
    expect((await bench("--header", "host: x")).code).toBe(2);
    expect((await bench("--lane", "batch")).code).toBe(2);
    expect((await bench("--compare-body", "[1]")).code).toBe(2);
  });
});

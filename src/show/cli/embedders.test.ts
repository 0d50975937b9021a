// Models that make vectors or scores of texts, asked about as a process.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FitAnswer } from "../../plan/answer/index.ts";
import { jsonAnswer, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-embedders-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const loadout = (...args: string[]) => runLoadout(folder, args);

const answered = (...args: string[]) => jsonAnswer<FitAnswer>(folder, ["fit", ...args]);

const settingOf = ({ decisions }: FitAnswer, name: string) => decisions.find(({ setting }) => setting === name)?.value;

describe("fit of an embedder", { timeout: 60_000 }, () => {
  test("has no cache, a step as long as its longest text, and texts a second in place of written tokens", async () => {
    const answer = await answered("bge-m3", "--gpu", "rtx-4090", "--prompt", "256");
    expect(JSON.stringify(answer.memory)).not.toContain('"kv"');
    expect(answer.serving).toBeUndefined();
    expect(settingOf(answer, "kv type")).toBeUndefined();
    expect([settingOf(answer, "context"), settingOf(answer, "micro-batch")]).toEqual([8192, 8192]);
    const { documents, decode, prefill } = answer.speed;
    expect([decode, prefill]).toEqual([undefined, undefined]);
    expect(documents).toMatchObject({ what: "documents", tokens: 256, pooling: "cls", dimensions: 1024 });
    const { perSec, eachMs, reading } = documents!;
    expect(perSec.value).toBeCloseTo(reading.tokensPerSec / 256, 6);
    expect(perSec.low).toBeLessThan(perSec.value);
    expect(perSec.high).toBeGreaterThan(perSec.value);
    expect(eachMs.value * perSec.value).toBeCloseTo(1000, 6);
    expect(answer.launch).toMatchObject({ problems: [] });
    expect(answer.launch!.line).toContain("-ub 8192");
    expect(answer.launch!.line).toContain("--embeddings --pooling cls");
    expect(answer.next.join(" ")).not.toMatch(/quants|offload|gpus --for/);
  });

  test("of a reranker counts pairs, several in a step where they fit it", async () => {
    const answer = await answered("bge-reranker-v2-m3", "--gpu", "rtx-4090", "--users", "8", "--prompt", "256");
    const { documents } = answer.speed;
    expect(documents).toMatchObject({ what: "pairs", dimensions: 1, together: { perStep: 8 } });
    expect(documents!.together!.perSec.value).toBeGreaterThan(documents!.perSec.value);
    expect(answer.launch!.line).toContain("--reranking");
  });

  test("of a decoder that makes vectors keeps the cache and the small step", async () => {
    const answer = await answered("qwen3-embedding-0.6b", "--gpu", "rtx-4090");
    expect(JSON.stringify(answer.memory)).toContain('"kv"');
    expect(settingOf(answer, "micro-batch")).toBe(512);
    expect(answer.speed.documents).toMatchObject({ pooling: "last", dimensions: 1024 });
  });

  test("takes a mean over a step that its texts divide, and says what a step asked for leaves out", async () => {
    const answer = await answered("e5-base-v2", "--gpu", "rtx-4090", "--users", "3");
    expect(answer.rejected).toBeUndefined();
    expect(settingOf(answer, "micro-batch")).toBe(513);
    const small = await answered("bge-m3", "--gpu", "rtx-4090", "--micro-batch", "512");
    expect(small.assumptions.join("\n")).toMatch(/a text has to fit one micro-batch: longer than 512 tokens/);
  });

  test("is told in 80 columns, and explained as arithmetic", async () => {
    const [fit, explain] = await Promise.all([
      loadout("fit", "bge-m3", "--gpu", "rtx-4090"),
      loadout("explain", "bge-m3", "--gpu", "rtx-4090"),
    ]);
    expect([fit.code, explain.code]).toEqual([0, 0]);
    expect(widest(fit.stdout)).toBeLessThanOrEqual(80);
    expect(widest(explain.stdout)).toBeLessThanOrEqual(80);
    expect(fit.stdout).toMatch(/documents +[\d.]+ documents\/s +[\d.]+ to [\d.]+ documents\/s/);
    expect(fit.stdout).not.toMatch(/decode|first token +\d/);
    expect(explain.stdout).toMatch(/= [\d.]+ tok\/s \/ 512 tokens/);
  });

  test.each([
    ["--answer", ["fit", "bge-m3", "--gpu", "rtx-4090", "--answer", "20"]],
    ["--cached", ["fit", "bge-m3", "--gpu", "rtx-4090", "--prompt", "512", "--cached", "50%"]],
    ["--kv-type", ["fit", "bge-m3", "--gpu", "rtx-4090", "--kv-type", "q8_0"]],
    ["--goal mixed", ["fit", "qwen3-embedding-4b", "--gpu", "rtx-4090", "--goal", "mixed"]],
    ["--goal finetune", ["explain", "bge-m3", "--gpu", "rtx-4090", "--goal", "finetune"]],
    ["offload", ["offload", "bge-m3", "--gpu", "rtx-4090"]],
    ["quants", ["quants", "bge-m3", "--gpu", "rtx-4090"]],
    ["frontier", ["frontier", "bge-m3", "--gpu", "rtx-4090"]],
    ["gpus --for", ["gpus", "--for", "bge-reranker-base"]],
  ])("refuses what asks about written tokens: %s", async (asked, args) => {
    const { code, stderr } = await loadout(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(`${asked} is about tokens that are written`);
  });
});

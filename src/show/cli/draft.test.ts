// `loadout fit MODEL --draft ...` as a process: catalogued models on rigs written by hand.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FitAnswer } from "../../plan/answer/index.ts";
import { writeSparse } from "../../../tools/headers/index.ts";
import { eagleHead } from "../../facts/model/testing/eagle-head.ts";
import { redo } from "../../../tools/napkin/check.ts";
import { explainText } from "./text/explain-text.ts";
import { fitText } from "./text/fit-text.ts";
import { styleFor } from "./text/style.ts";
import { jsonAnswer, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-draft-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const answered = (...args: string[]) => jsonAnswer<FitAnswer>(folder, ["fit", ...args]);

const LARGE = ["llama 3.3 70b:Q4_K_M", "--gpu", "2xrtx-3090", "--ram", "64GB:ddr5-5600"];
const SMALL = ["qwen3-8b:Q4_K_M", "--gpu", "rtx-4090", "--goal", "batch"];

test("a draft takes memory of its own, gains for one reader, and what is assumed is said", async () => {
  const answer = await answered(...LARGE, "--draft", "llama 3.2 1b:Q8_0");
  const { speculation } = answer.speed;
  expect(speculation!.acceptance).toMatchObject({ value: 0.65, low: 0.5, high: 0.8 });
  const [alone, full] = speculation!.rows;
  expect(alone!.gain).toBeGreaterThan(1.5);
  expect(alone!.breakEven).toBeLessThan(0.3);
  expect(full!.plain.tokensPerSec).toBeCloseTo(answer.speed.decodeFull!.tokensPerSec, 9);
  expect(JSON.stringify(answer.memory)).toContain("draft: KV cache");
  expect(answer.launch!.args.join(" ")).toContain("--spec-type draft-simple -md");
  expect(answer.launch!.problems).toEqual([]);
  const text = fitText(answer, styleFor({}, {}));
  expect(text).toContain("assumed, 0.5 to 0.8");
  expect(widest(text)).toBeLessThanOrEqual(80);
  const explained = redo(explainText(answer, styleFor({}, {})));
  expect(explained.wrong).toEqual([]);
  expect(explained.reproduced).toBeGreaterThan(60);
}, 60_000);

test("many jobs at once: a draft is slower than none and takes the room of others", async () => {
  const answer = await answered(...SMALL, "--draft", "qwen3-0.6b:Q8_0", "--acceptance", "0.7");
  const { speculation } = answer.speed;
  expect(speculation!.acceptance).toEqual({ value: 0.7, because: "as stated" });
  const together = speculation!.rows.at(-1)!;
  expect(together.streams).toBeGreaterThan(8);
  expect(together.gain).toBeLessThan(1);
  expect(speculation!.without!.users).toBeGreaterThan(together.streams);
  expect(speculation!.without!.tokensPerSec).toBeGreaterThan(together.decode.tokensPerSec);
  expect(speculation!.says).toMatch(/streams with full contexts: \S+% slower with guesses/);
}, 60_000);

test.each([
  ["mtp", "qwen3.6 27b:Q4_K_M", "--spec-type draft-mtp --spec-draft-n-max 3"],
  ["ngram", "qwen3.6 27b:Q4_K_M", "--spec-type ngram-simple --spec-ngram-simple-size-m 4"],
  ["ngram-mod", "qwen3.6 27b:Q4_K_M", "--spec-type ngram-mod --spec-ngram-mod-n-max 4"],
])(
  "--draft %s needs no other file",
  async (draft, model, flags) => {
    const answer = await answered(model, "--gpu", "rtx-5090", "--draft", draft);
    expect(answer.launch!.args.join(" ")).toContain(flags);
    expect(answer.launch!.problems).toEqual([]);
    expect(answer.speed.speculation!.rows[0]!.gain).toBeGreaterThan(1);
    expect(redo(explainText(answer, styleFor({}, {}))).wrong).toEqual([]);
  },
  60_000,
);

test("a server's command line says who guesses, how much, and of what its cache is", async () => {
  const told = "-c 16384 -np 1 --spec-type draft-mtp --spec-draft-n-max 2 -ctkd q8_0 -ctvd q8_0";
  const answer = await answered("qwen3.6 27b:Q4_K_M", "--gpu", "rtx-5090", "--server-args", told);
  expect(answer.speed.speculation).toMatchObject({ by: "mtp", draftTokens: 2 });
  expect(answer.launch!.args.join(" ")).toContain("--spec-draft-n-max 2 -ctkd q8_0 -ctvd q8_0");
  expect(JSON.stringify(answer.memory)).toContain("draft: compute buffer");
}, 60_000);

test("a draft head: a file of its own beside the model, in the memory and in the command", async () => {
  const head = { width: 1024, targetWidth: 4096, targetLayers: [2, 18, 33], vocabulary: 1000, heads: 8, kvHeads: 2 };
  const file = { ...head, headLength: 128, feedForward: 2048, context: 8192, guessed: 500 };
  const [path, elsewhere] = ["head.gguf", "other.gguf"].map((name) => join(folder, name));
  writeSparse(path!, eagleHead(file));
  writeSparse(elsewhere!, eagleHead({ ...file, targetWidth: 2048 }));
  const model = ["qwen3-8b:Q4_K_M", "--gpu", "rtx-4090"];
  const answer = await answered(...model, "--draft", `eagle3:${path}`);
  expect(answer.launch!.args.join(" ")).toContain(`--spec-type draft-eagle3 -md ${path} --spec-draft-n-max 3`);
  expect(answer.launch!.problems).toEqual([]);
  expect(answer.speed.speculation).toMatchObject({ by: "eagle3", draftTokens: 3 });
  const kept = answer.serving!.parts!.map(({ key }) => key);
  expect(kept).toEqual(expect.arrayContaining(["draft-rows", "draft-head-rows"]));
  expect(JSON.stringify(answer.memory)).toContain("draft: KV cache");
  expect(widest(fitText(answer, styleFor({}, {})))).toBeLessThanOrEqual(80);
  expect(redo(explainText(answer, styleFor({}, {}))).wrong).toEqual([]);
  for (const [draft, because] of [
    [path!, "Write --draft eagle3:FILE"],
    [`eagle3:${elsewhere}`, "states of 2048 elements, and the model's have 4096"],
    ["eagle3:qwen3-0.6b:Q8_0", "not a draft head"],
  ] as const) {
    const { code, stderr } = await runLoadout(folder, ["fit", ...model, "--draft", draft]);
    expect(stderr).toContain(because);
    expect(code).toBe(2);
  }
  const alone = await runLoadout(folder, ["fit", path!, "--gpu", "rtx-4090"]);
  expect(alone.stderr).toContain("writes nothing alone");
}, 60_000);

test("guesses of a kind that is not known are refused, not left out", async () => {
  const told = "-c 8192 --spec-type draft-dflash -md block.gguf";
  const { code, stderr } = await runLoadout(folder, ["fit", ...SMALL.slice(0, 3), "--server-args", told]);
  expect(stderr).toContain("--spec-type draft-dflash: what these guesses take");
  expect(code).toBe(2);
}, 60_000);

test("a draft with another vocabulary, and guesses of nobody, are refused", async () => {
  const other = await runLoadout(folder, ["fit", ...SMALL, "--draft", "llama 3.2 1b:Q8_0"]);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("cannot draft for");
  const nobody = await runLoadout(folder, ["fit", ...SMALL, "--acceptance", "0.7"]);
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toContain("--acceptance describes guesses");
  const without = await runLoadout(folder, ["fit", "--gpu", "rtx-4090", "--draft", "ngram"]);
  expect(without.code).toBe(2);
  expect(without.stderr).toContain("--draft is about one model");
}, 60_000);

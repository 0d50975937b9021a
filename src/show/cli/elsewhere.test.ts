// `loadout fit MODEL --runtime ollama` and `lm-studio` as a process: catalogued models on rigs written by hand.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FitAnswer } from "../../plan/answer/index.ts";
import { fitText } from "./text/fit-text.ts";
import { styleFor } from "./text/style.ts";
import { jsonAnswer, runLoadout, widest } from "./testing/command-line.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-elsewhere-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const answered = (...args: string[]) => jsonAnswer<FitAnswer>(folder, ["fit", ...args]);

const MODEL = ["llama 3.1 8b:Q4_K_M", "--gpu", "rtx-3060-12gb"];

test("an Ollama is told by a Modelfile, and its silent default is named", async () => {
  const answer = await answered(...MODEL, "--context", "16k", "--runtime", "ollama", "--runtime-version", "0.17.4");
  expect(answer.runtime).toMatchObject({ engine: "Ollama", version: "0.17.4" });
  expect(answer.launch).toBeUndefined();
  const { file, warnings, defaultContext, engine } = answer.elsewhere!;
  expect(file!.text).toMatch(
    /^FROM \S+\.gguf\nPARAMETER num_ctx 16384\nPARAMETER num_batch \d+\nPARAMETER num_gpu 33\n$/,
  );
  expect([defaultContext, engine]).toEqual([4096, "llama.cpp inside it"]);
  expect(warnings[0]).toContain("4k of context on this machine, not 16k, and cuts off what is longer without a word");
  const text = fitText(answer, styleFor({}, {}));
  expect(text).toContain("PARAMETER num_ctx 16384");
  expect(widest(text)).toBeLessThanOrEqual(80);
});

test("from 0.30 on it takes what its llama-server takes", async () => {
  const asked = [...MODEL, "--context", "4096", "--micro-batch", "512"];
  const [ollama, server] = await Promise.all([
    answered(...asked, "--runtime", "ollama", "--runtime-version", "0.30.0"),
    answered(...asked, "--runtime", "llama-server", "--build", "b10488"),
  ]);
  expect(ollama.memory!.value).toBe(server.memory!.value);
  expect(ollama.elsewhere!.warnings.join()).not.toContain("without a word");
  const old = await answered(...asked, "--runtime", "ollama", "--runtime-version", "0.17.4");
  expect(old.memory!.value).toBeGreaterThan(server.memory!.value);
});

test("more users and a quantized cache are set for the server, since no Modelfile can say them", async () => {
  const answer = await answered(
    ...MODEL,
    "--context",
    "4k",
    "--users",
    "2",
    "--kv-type",
    "q8_0",
    "--runtime",
    "ollama",
  );
  expect(answer.elsewhere!.environment).toEqual({
    OLLAMA_NUM_PARALLEL: "2",
    OLLAMA_KV_CACHE_TYPE: "q8_0",
    OLLAMA_FLASH_ATTENTION: "1",
  });
});

test("LM Studio is told by its own names", async () => {
  const { elsewhere } = await answered(...MODEL, "--context", "8k", "--runtime", "lm-studio");
  expect(elsewhere!.settings).toMatchObject({ contextLength: 8192, flashAttention: true, "gpu.ratio": "max" });
  expect(elsewhere!.commands[0]).toMatch(/^lms load \S+ --context-length 8192 --gpu max$/);
});

test.each([
  [["--runtime", "ollama", "--server-args", "-c 4096"], "--server-args: expected nothing"],
  [["--runtime", "ollama", "--runtime-version", "newest"], "--runtime-version"],
  [["--runtime", "lm-studio", "--runtime-version", "0.17.4"], "beside --runtime lm-studio"],
])("%j is refused", async (args, says) => {
  const { code, stderr } = await runLoadout(folder, ["fit", ...MODEL, ...args]);
  expect([code, stderr.includes(says)]).toEqual([2, true]);
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { styleFor } from "../text/style.ts";
import { fitSpec } from "./fit-spec.ts";
import { specQuestion } from "./spec-question.ts";

const DOCS = join(import.meta.dirname, "../../../../docs/schema");
const schemaOf = async (name: string) =>
  new Ajv2020({ strict: false, allowUnionTypes: true }).compile(JSON.parse(await readFile(join(DOCS, name), "utf8")));

let folder: string;
let isQuestion: (value: unknown) => boolean;
let isAnswer: (value: unknown) => boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-spec-"));
  isQuestion = await schemaOf("spec.schema.json");
  isAnswer = await schemaOf("answers.schema.json");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Answers to the lines, as objects, and the exit code. */
async function asked(lines: readonly string[]): Promise<{ code: number; answers: Record<string, unknown>[] }> {
  const path = join(folder, "questions.jsonl");
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  const chunks: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const env = { LOADOUT_HOME: join(folder, "home"), HOME: folder, HF_HOME: join(folder, "hf") };
  const fake = { ...process, stdout, stderr: stdout, env } as unknown as NodeJS.Process;
  const style = styleFor(process.stdout, { NO_COLOR: "1" });
  const code = await fitSpec(
    {
      process: fake,
      out: () => undefined,
      note: () => undefined,
      outStyle: style,
      noteStyle: style,
      interactive: false,
      signal: new AbortController().signal,
      startedAtMs: 0,
    },
    path,
    {},
  );
  const text = chunks.join("").trimEnd();
  return { code, answers: text === "" ? [] : text.split("\n").map((line) => JSON.parse(line)) };
}

const QUESTIONS = [
  { id: "a", model: "qwen3-8b", rig: { gpu: "rtx-3090" }, context: "32k", users: 2 },
  { id: 2, model: "qwen3-8b", quant: "Q8_0", rig: { vram: ["8GB"], ram: "32GB" }, goal: "batch", prompt: 512 },
  { model: "qwen3 30b a3b", rig: { gpu: ["rtx-4070"], ram: "64GB" }, settings: { cpuExperts: "all", kvType: "q8_0" } },
  { model: "qwen3-8b", rig: { gpu: "rtx-4090" }, draft: { by: "qwen3-0.6b", tokens: 4, acceptance: 0.7 } },
  { model: "qwen3-vl-8b", rig: { gpu: "rtx-4090" }, images: 4, imageSize: "640x480" },
] as const;

test("questions are answered in order, each by the schema of answers with its line and id", async () => {
  for (const question of QUESTIONS) expect(isQuestion(question)).toBe(true);
  const { code, answers } = await asked(QUESTIONS.map((question) => JSON.stringify(question)));
  expect(code).toBe(0);
  expect(answers.map(({ line, id, kind }) => [line, id, kind])).toEqual([
    [1, "a", "fit"],
    [2, 2, "fit"],
    [3, undefined, "fit"],
    [4, undefined, "fit"],
    [5, undefined, "fit"],
  ]);
  for (const answer of answers) expect(isAnswer(answer)).toBe(true);
  expect(answers[3]).toMatchObject({ speed: { speculation: { by: "model", draftTokens: 4 } } });
  // 20 x 15 squares of 32 pixels, and a mark on either side
  expect(answers[4]).toMatchObject({ media: { tokens: 4 * 302, images: { count: 4, width: 640, height: 480 } } });
});

test("a wrong line gets an error with its number in its place, and the next is answered", async () => {
  const good = JSON.stringify(QUESTIONS[0]);
  const wrong = [
    "no json",
    '{"model":"nothing like this"}',
    '{"model":"qwen3-8b","contxt":1}',
    "[]",
    '{"model":7}',
    '{"model":"qwen3-vl-8b","imageSize":"large"}',
  ];
  const { code, answers } = await asked([...wrong, "", good]);
  expect(code).toBe(2);
  expect(answers.map(({ line, kind }) => [line, kind])).toEqual([
    ...wrong.map((_, index) => [index + 1, "error"]),
    [8, "fit"],
  ]);
  for (const answer of answers) expect(isAnswer(answer)).toBe(true);
});

test("a whole rig is taken as it is", async () => {
  const rig = {
    name: "written",
    host: {
      cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
      ramBytes: 2 ** 36,
      availableBytes: 2 ** 35,
      swapBytes: 0,
      os: "linux",
      arch: "x64",
    },
    devices: [
      {
        id: "0",
        name: "a card",
        vendor: "nvidia",
        backend: "cuda",
        memoryKind: "discrete",
        totalBytes: 2 ** 34,
        freeBytes: 2 ** 34,
      },
    ],
  };
  const question = { model: "qwen3-8b", rig };
  expect(isQuestion(question)).toBe(true);
  const { answers } = await asked([
    JSON.stringify(question),
    JSON.stringify({ model: "qwen3-8b", rig: { devices: 3 } }),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(["fit", "error"]);
  expect(answers[0]!["rig"]).toEqual(rig);
});

test("a file that is not there is refused", async () => {
  await expect(
    fitSpec({ process, signal: new AbortController().signal } as Parameters<typeof fitSpec>[0], join(folder, "no"), {}),
  ).rejects.toThrow(LoadoutError);
});

test("whatever a line holds, it is read or refused", () => {
  const fields = fc.constantFrom(
    "id",
    "model",
    "quant",
    "rig",
    "context",
    "users",
    "settings",
    "goal",
    "build",
    "images",
    "audio",
    "x",
  );
  const lines = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(fields, fc.jsonValue()).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(lines, (text) => {
      try {
        const question = specQuestion(text, 1);
        expect(isQuestion(JSON.parse(text)), text).toBe(true);
        expect(question.model).not.toBe("");
      } catch (error) {
        if (!(error instanceof LoadoutError)) throw error;
      }
    }),
    { seed: 5 },
  );
});

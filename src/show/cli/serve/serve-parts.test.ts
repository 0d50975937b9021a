import { expect, it } from "vitest";
import type { Gateway, LaneCounts } from "../../../run/gateway/index.ts";
import { HandClock } from "../../../run/gateway/testing/hand-clock.ts";
import { cliContext } from "../context.ts";
import { adapterOf } from "./extras.ts";
import { keysIn } from "./keys.ts";
import { lanesLine, showLanes } from "./live-status.ts";
import { clientNames } from "./names.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";

const weightsAt = (path: string, argument = path, name = "Qwen3 8B Instruct"): WeightsHere => ({
  path,
  argument,
  facts: {
    name,
    architecture: "qwen3",
    parameters: 8e9,
    quantization: "Q4_K_M",
    fileBytes: 5e9,
    contextLength: 4096,
  },
  geometry: {
    architecture: "qwen3",
    embeddingLength: 64,
    vocabularySize: 64,
    contextLength: 64,
    tiedEmbeddings: false,
    layers: [],
  },
  tensors: [],
});

it.each([
  ["/m/Qwen3-8B-Q4_K_M.gguf", "/m/Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B"],
  ["/m/SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct"],
  ["/m/gemma-3-270m-q4_k_m.gguf", "./gemma-3-270m-q4_k_m.gguf", "gemma-3-270m"],
  ["/m/GLM-4.6-UD-IQ2_XXS-00001-of-00003.gguf", "/m", "GLM-4.6"],
  ["/m/gpt-oss-20b-mxfp4.gguf", undefined, "gpt-oss-20b"],
  ["/m/phi-4-bf16.gguf", undefined, "phi-4"],
  ["/m/Qwen3-8B-Q4_K_M.gguf", "qwen3:8b", "qwen3:8b"],
  ["/m/Qwen3-8B-Q4_K_M.gguf", "hf:some-one/Qwen3-8B-GGUF", "some-one/Qwen3-8B-GGUF"],
  ["/ollama/blobs/sha256-0123", undefined, "qwen3-8b-instruct"],
])("%s, typed %s, is called %s", (path, typed, name) => {
  expect(clientNames(weightsAt(path, path), typed).preferred[0]).toBe(name);
});

it("finds a file by its whole name too, in small letters as well", () => {
  const { preferred, others } = clientNames(weightsAt("/m/Qwen3-8B-Q4_K_M.gguf"), "/m/Qwen3-8B-Q4_K_M.gguf");
  const all = [...preferred, ...others];
  for (const name of ["Qwen3-8B-Q4_K_M", "Qwen3-8B-Q4_K_M.gguf", "qwen3-8b", "qwen3-8b-instruct"])
    expect(all).toContain(name);
});

it.each([
  ["a.gguf", { name: "a", path: "a.gguf", scale: 1 }],
  ["tone=x/b.gguf", { name: "tone", path: "x/b.gguf", scale: 1 }],
  ["tone=x/b.gguf@0.5", { name: "tone", path: "x/b.gguf", scale: 0.5 }],
  ["x@home/b.gguf@0", { name: "b", path: "x@home/b.gguf", scale: 0 }],
])("the adapter %s", (typed, adapter) => expect(adapterOf(typed)).toEqual(adapter));

it("reads keys, and says in which line one is wrong without repeating it", () => {
  expect(keysIn("# people\n\nanna 0123456789abcdef\r\njobs fedcba9876543210 batch\n", "keys")).toEqual([
    { name: "anna", secret: "0123456789abcdef" },
    { name: "jobs", secret: "fedcba9876543210", lane: "batch" },
  ]);
  expect(() => keysIn("anna 0123456789abcdef\nbob short", "keys")).toThrow(/line 2: a secret of 5 characters/);
  expect(() => keysIn("anna 0123456789abcdef slow", "keys")).toThrow(/line 1: a lane "slow"/);
});

it("says what lanes do, when it changes", () => {
  let counts: LaneCounts = { interactive: { waiting: 0, working: 0 }, batch: { waiting: 0, working: 0 } };
  const told: unknown[] = [];
  const lines: string[] = [];
  const clock = new HandClock();
  const gateway: Gateway = {
    url: "",
    port: 0,
    counts: () => counts,
    sockets: async () => ({ clients: 0, engines: 0 }),
    announce: (event, data) => told.push([event, data]),
    close: async () => {},
  };
  const context = cliContext(
    { stdout: {}, stderr: { isTTY: true }, stdin: {}, env: {} } as unknown as NodeJS.Process,
    new AbortController().signal,
    0,
  );
  const end = showLanes(context, gateway, { update: (line) => lines.push(line), done: () => lines.push("") }, clock);
  clock.turn(1000);
  expect(told).toEqual([]);
  counts = { interactive: { waiting: 2, working: 1 }, batch: { waiting: 0, working: 3 } };
  clock.turn(1000);
  expect(lines).toEqual(["chats 1 working, 2 waiting; batch 3 working"]);
  expect(told).toEqual([["lanes", counts]]);
  counts = { interactive: { waiting: 0, working: 0 }, batch: { waiting: 0, working: 0 } };
  clock.turn(1000);
  expect(lines.at(-1)).toBe(lanesLine(counts));
  end();
});

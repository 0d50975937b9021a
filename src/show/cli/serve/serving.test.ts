// The engine inside is started, in processes of its own, with a small model of random weights.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { randomModel } from "../../../facts/model/index.ts";
import { seededRandom } from "../../../facts/units/index.ts";
import { writeGguf } from "../../../facts/weights/index.ts";
import { Claims, HOST, roomOf } from "../../../run/gateway/index.ts";
import { ask } from "../../../run/gateway/testing/ask.ts";
import { openReceipts } from "../../../run/receipt/index.ts";
import { cliContext } from "../context.ts";
import { machineOf, type Machine } from "../machine.ts";
import { readWeights } from "../model/read-file.ts";
import { answerForm } from "../testing/command-line.ts";
import { TINY_GEOMETRY } from "../testing/tiny-model.ts";
import { besideThem } from "./beside.ts";
import { extrasOf, NO_EXTRAS } from "./extras.ts";
import { needsOf, planModel, type PlannedModel } from "./plan-model.ts";
import { servables } from "./servable.ts";
import type { ServedModel } from "./served-models.ts";
import { Serving } from "./serving.ts";
import { embeddedRuntime, serverRuntime } from "../../../plan/ask/flags/index.ts";

let folder: string;
let machine: Machine;
let planned: PlannedModel;
const stop = new AbortController();
const notes: string[] = [];
const context = (home: string) => ({
  ...cliContext(
    { stdout: {}, stderr: {}, stdin: {}, env: { LOADOUT_HOME: home } } as unknown as NodeJS.Process,
    stop.signal,
    0,
  ),
  note: (text: string) => notes.push(text),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-serving-"));
  const path = join(folder, "tiny.gguf");
  await writeFile(path, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  machine = await machineOf(context(folder));
  planned = planModel({
    machine,
    weights: await readWeights(path),
    flags: { threads: 1, context: 512, users: 2 },
    choice: { name: "embedded", runtime: embeddedRuntime(), because: "asked for" },
    receipts: undefined,
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

let serving: Serving;
afterEach(() => serving?.close());

function servedAs(name: string, model: PlannedModel, keep: boolean): ServedModel {
  const { answer: plan } = model;
  return {
    name,
    planned: model,
    servables: servables(model, { name, aliases: [], keep, use: "generate" }),
    facts: { engine: "the engine inside", because: "asked for", plan },
  };
}

function servingOf(models: readonly ServedModel[], idleMinutes?: number): Serving {
  return new Serving(context(folder), {
    machine,
    models,
    claims: new Claims(join(folder, "data", "runs")),
    beside: { runs: [], taken: roomOf([]) },
    progress: { update: () => {}, done: () => {} },
    ...(idleMinutes === undefined ? {} : { idleMinutes }),
  });
}

const chat = (path: string, model: string) =>
  ask(Number(new URL(serving.url).port), {
    path,
    body: { model, messages: [{ role: "user", content: "hello" }], max_tokens: 4 },
  });

it("serves two engines of one model, one for each lane", { timeout: 60_000 }, async () => {
  const [engine] = planned.engines;
  const two = (["interactive", "batch"] as const).map((serves) => ({ ...engine!, serves }));
  serving = servingOf([servedAs("tiny", { ...planned, engines: two }, true)]);
  await serving.open({ port: 0 });
  const terms = (await serving.answer()).models[0]!.memory!.length;
  expect((await chat("/v1/chat/completions", "tiny")).status).toBe(200);
  expect((await serving.answer()).models[0]!.memory).toHaveLength(terms);
  expect((await chat("/batch/v1/chat/completions", "tiny")).status).toBe(200);
  const answer = await serving.answer();
  expect(answer.models).toHaveLength(1);
  expect(answer.models[0]!.memory).toHaveLength(2 * terms);
  expect(answer.models[0]!.memory!.filter(({ exact }) => exact === false)).toEqual([]);
  expect((await answerForm())(answer)).toBe("valid");
});

it("unloads by age what nobody asks for, and loads it again; a receipt is kept once", { timeout: 60_000 }, async () => {
  serving = servingOf([servedAs("one", planned, true), servedAs("two", planned, false)], 0.0001);
  await serving.open({ port: 0 });
  for (const _ of [1, 2]) {
    expect((await chat("/v1/chat/completions", "two")).status).toBe(200);
    const states = async () => (await serving.answer()).models.map(({ state }) => state);
    await vi.waitFor(async () => expect(await states()).toEqual(["loaded", "on-demand"]), { timeout: 10_000 });
  }
  expect(notes.join("\n")).toContain("two unloaded: nobody asked for it");
  const kept = openReceipts(join(folder, "data"), () => 0);
  const ids = (await serving.answer()).models.map(({ receipt }) => receipt);
  expect(ids).toEqual([expect.any(Number), expect.any(Number)]);
  // two lanes of the test before, two models of this one
  expect(kept.list()).toHaveLength(4);
  kept.close();
});

it("keeps room for a projector, which only llama-server takes", async () => {
  const path = join(folder, "mmproj-tiny.gguf");
  const written = writeGguf({
    metadata: [
      ["general.type", { type: "string", value: "mmproj" }],
      ["general.architecture", { type: "string", value: "clip" }],
    ],
    tensors: [{ name: "v.patch_embd.weight", type: "F32", shape: [64, 64] }],
  });
  const file = Buffer.alloc(written.fileBytes);
  file.set(written.header);
  await writeFile(path, file);
  const program = {
    command: ["llama-server"],
    env: {},
    origin: "PATH",
    version: "b11434",
    buildNumber: 11434,
  } as const;
  const choice = {
    name: "llama-server",
    program,
    runtime: serverRuntime("b11434"),
    because: "found on the PATH",
  } as const;
  const { weights } = planned;
  const { devices } = machine.report.rig;
  const parts = { choice, devices, progress: { update: () => {}, done: () => {} } };
  const extras = await extrasOf(context(folder), weights, { ...parts, flags: { mmproj: path } });
  expect(extras.projector!.path).toBe(path);
  const of = (more: typeof extras) =>
    planModel({ machine, weights, flags: { threads: 1, context: 512 }, choice, receipts: undefined, extras: more });
  const taken = (model: PlannedModel) => needsOf(model.engines[0]!, model).get(HOST)!;
  expect(taken(of(extras)) - taken(of(NO_EXTRAS))).toBe(64 * 64 * 4);
  const named = { name: "tiny", aliases: [], keep: true, use: "generate" } as const;
  expect(servables(of(extras), named)[0]!.images).toBe(true);
  expect(servables(of(NO_EXTRAS), named)[0]!.images).toBe(false);
});

it("loads the projector that lies beside a model, where it reaches the model's width", async () => {
  const own = await mkdtemp(join(folder, "seeing-"));
  const path = join(own, "tiny.gguf");
  await writeFile(path, randomModel(TINY_GEOMETRY, seededRandom(7), "F32"));
  const weights = await readWeights(path);
  const beside = async (width: number, name: "llama-server" | "embedded") => {
    const { header, fileBytes } = writeGguf({
      metadata: [
        ["general.type", { type: "string", value: "mmproj" }],
        ["general.architecture", { type: "string", value: "clip" }],
      ],
      tensors: [{ name: "mm.2.weight", type: "F16", shape: [16, width] }],
    });
    const file = Buffer.alloc(fileBytes);
    file.set(header);
    await writeFile(join(own, "mmproj-tiny.gguf"), file);
    const program = { command: ["it"], env: {}, origin: "PATH", version: "b11434", buildNumber: 11434 } as const;
    const because = "asked for";
    return extrasOf(context(own), weights, {
      flags: {},
      devices: machine.report.rig.devices,
      progress: { update: () => {}, done: () => {} },
      choice:
        name === "embedded"
          ? { name, runtime: embeddedRuntime(), because }
          : { name, program, runtime: serverRuntime("b11434"), because },
    });
  };
  const { embeddingLength } = TINY_GEOMETRY;
  const loaded = await beside(embeddingLength, "llama-server");
  expect(loaded.projector?.path).toBe(join(own, "mmproj-tiny.gguf"));
  expect(loaded.assumptions).toEqual(["mmproj-tiny.gguf lies beside the model, and is loaded with it"]);
  const left = await beside(embeddingLength, "embedded");
  expect(left.projector).toBeUndefined();
  expect(left.assumptions.join()).toContain("only llama-server reads images");
  expect(await beside(embeddingLength + 8, "llama-server")).toEqual(NO_EXTRAS);
});

it("plans beside what other runs take of RAM", () => {
  serving = servingOf([servedAs("tiny", planned, true)]);
  const { availableBytes } = machine.report.rig.host;
  const left = besideThem(machine, { runs: [], taken: roomOf([[HOST, 2 ** 30]]) });
  expect(left.report.rig.host.availableBytes).toBe(availableBytes - 2 ** 30);
});

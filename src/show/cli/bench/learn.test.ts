// Endpoints elsewhere: what is said of them before and after, without a request to any.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadTarget } from "../../../run/bench/load/index.ts";
import { contextIn } from "../testing/in-process.ts";
import { besidePrediction } from "./keep-rates.ts";
import { knownOf } from "./learn.ts";
import { servedOn } from "./this-machine.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-learn-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SILENT = { update: () => {}, done: () => {} };
const BOX = { target: loadTarget("http://box:8080") };
const known = (flags: Parameters<typeof knownOf>[1], side: Parameters<typeof knownOf>[2] = BOX) =>
  knownOf(contextIn(folder), flags, side, SILENT);

test("weights, settings and rig that flags name: the prediction for exactly those", async () => {
  const named = { of: "qwen3-8b:Q4_K_M", gpu: ["rtx-3090"], serverArgs: "-np 2 -c 8192 -ub 256" };
  const { asked, rig } = await known(named);
  expect(rig!.typed).toBe("--gpu rtx-3090");
  const served = servedOn(rig!.machine, asked!, undefined);
  expect(served.server).toMatchObject({ saidBy: "flags", slots: 2, contextPerSlot: 4096, microBatchTokens: 256 });
  expect(served.assumptions).toContain("it does not say what it is: taken as llama-server");
  expect(served.assumptions.some((one) => one.includes("taken as its defaults"))).toBe(false);
  const line = { what: "decode", at: 500, tokens: 100, perSec: 100 } as const;
  const [one, two] = besidePrediction(
    [1, 2].map((streams) => ({ ...line, streams })),
    served.pace,
  );
  expect(one!.predicted!.low).toBeLessThan(one!.predicted!.value);
  expect(one!.ratio).toBeCloseTo(100 / one!.predicted!.value, 9);
  expect(two!.predicted!.value).toBeGreaterThan(1.5 * one!.predicted!.value);
});

test("settings that nobody states are the build's own, in tokens", async () => {
  const { asked, rig } = await known({ of: "qwen3-8b:Q4_K_M" });
  expect(rig).toBeUndefined();
  expect(asked!.server.slots).toBe(4);
  expect(asked!.server.contextTokens).toBe(asked!.weights.geometry.contextLength);
  expect(asked!.assumptions.some((one) => one.includes("taken as its defaults"))).toBe(true);
});

test("a file of another machine is not looked for here; names that nobody knows are errors", async () => {
  const server = { saidBy: "llama-server", engine: "llama-server", modelPath: import.meta.filename } as const;
  expect(await known({}, { ...BOX, server })).toEqual({ asked: undefined, rig: undefined });
  await expect(known({ of: "nobodys-model" })).rejects.toThrow("nobodys-model");
  await expect(known({ gpu: ["nobodys-card"] })).rejects.toThrow("nobodys-card");
});

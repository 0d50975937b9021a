import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { rigsByHand, type Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import type { ServeEngine } from "../advise/index.ts";
import { choose, type Goal } from "../fit/index.ts";
import { outlined } from "../search/index.ts";
import { answerServePlan, type ServePlanAnswer } from "./index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const { rigByHand } = await rigsByHand();
const SCHEMA = join(import.meta.dirname, "../../../docs/schema/answers.schema.json");
const valid = new Ajv2020({ strict: false }).compile(JSON.parse(await readFile(SCHEMA, "utf8")));

function answer(rig: Rig, goal: Goal, engine: ServeEngine): ServePlanAnswer {
  const found = findModel("qwen3-8b");
  if (found.kind !== "found") throw new Error("qwen3-8b is not one row");
  const geometry = geometryFromRow(found.row)!;
  const { build } = llamaCppBuild("b11434")!;
  const caller = LLAMACPP_CALLERS["llama-server"];
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  const whole = { geometry, shapes: tensorList(geometry)! };
  const request = outlined(whole, { goal, wishes: {}, rig, closable, build, caller }).exact("Q4_K_M");
  const weights = { kind: "file", path: "model.gguf" } as const;
  return answerServePlan(
    { request, choice: choose(request), engine },
    {
      model: {
        name: "Qwen3 8B",
        architecture: "qwen3",
        parameters: 8.2e9,
        quantization: "Q4_K_M",
        fileBytes: 5e9,
        contextLength: geometry.contextLength,
      },
      runtime: { engine: engine.name, version: "0.6.0", build: "b11434", backend: "cuda" },
      modelArgument: "qwen3-8b",
      ...(engine.name === "llama-server"
        ? { server: { request, build: "b11434", buildNumber: 11_434, weights }, port: 18_080 }
        : {}),
    },
  );
}

const SERVER: ServeEngine = { name: "llama-server", preemption: "cut", promptCache: true };
const EMBEDDED: ServeEngine = { name: "embedded", preemption: "rests", promptCache: false };
const gpus = (...names: string[]): Rig => rigByHand({ gpus: names, ram: "64GB" }).rig;

describe("the answer of a serving plan", () => {
  test("has the documented form, for one engine and for two, with and without a pace", () => {
    const unknown = gpus("rtx-4090");
    const dark: Rig = {
      ...unknown,
      devices: unknown.devices.map(({ bandwidthBytesPerSec: _, ...device }) => device),
    };
    for (const rig of [gpus("rtx-4090"), gpus("rtx-4090", "rtx-4090"), gpus(), dark])
      for (const goal of ["mixed", "batch", "interactive"] as const)
        for (const engine of [SERVER, EMBEDDED]) {
          const said: unknown = JSON.parse(JSON.stringify(answer(rig, goal, engine)));
          expect(valid(said) ? "valid" : valid.errors).toBe("valid");
        }
  });

  test("gives the command that makes the slots and the step, and that the build takes", () => {
    const { engines, says } = answer(gpus("rtx-4090"), "mixed", SERVER);
    const { launch, step, slots } = engines[0]!;
    expect(launch!.problems).toEqual([]);
    const after = (flag: string) => launch!.args[launch!.args.indexOf(flag) + 1];
    expect(after("-np")).toBe(`${slots}`);
    expect(after("-b")).toBe(`${step!.stepTokens}`);
    expect(after("-ub")).toBe(`${step!.stepTokens}`);
    expect(after("-cram")).toBe("8192");
    expect(after("--port")).toBe("18080");
    expect(says).toMatch(/a token waits up to .* beside a long prompt .* prompts take .* longer/);
  });

  test("two engines listen beside each other", () => {
    const { engines } = answer(gpus("rtx-4090", "rtx-4090"), "mixed", SERVER);
    const ports = engines.map(({ launch }) => launch!.args[launch!.args.indexOf("--port") + 1]);
    expect(ports).toEqual(["18080", "18081"]);
  });
});

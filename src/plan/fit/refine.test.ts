import { describe, expect, test } from "vitest";
import { deviceCatalog, type Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import { prefillPace } from "../../predict/speed/index.ts";
import { outlined } from "../search/index.ts";
import { choose, GOALS, paceInput, weigh, type Goal, type Wishes } from "./index.ts";

const GIB = 2 ** 30;
const { findModel, geometryFromRow } = await modelCatalog();
const { withCatalog } = await deviceCatalog();

function request(goal: Goal, wishes: Wishes = {}, gib: number | undefined = 24) {
  const found = findModel("qwen3-8b");
  if (found.kind !== "found") throw new Error("no such row");
  const geometry = geometryFromRow(found.row)!;
  const bytes = gib * GIB;
  const card = {
    id: "0",
    name: "NVIDIA GeForce RTX 3090",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: bytes,
    freeBytes: bytes,
  } as const;
  const host: Rig["host"] = {
    cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
    ramBytes: 64 * GIB,
    availableBytes: 60 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
    bandwidthBytesPerSec: 50e9,
  };
  const rig = withCatalog({ name: "written", host, devices: gib === 0 ? [] : [card] });
  const setup = {
    goal,
    wishes,
    rig,
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    build: llamaCppBuild("b11434")!.build,
    caller: LLAMACPP_CALLERS["llama-server"],
  };
  return outlined({ geometry, shapes: tensorList(geometry)! }, setup).exact("Q4_K_M");
}

const why = (choice: ReturnType<typeof choose>, setting: string) =>
  choice.decisions.find((decision) => decision.setting === setting)!.because;

describe("a goal makes a plan that fits into one that serves it", () => {
  test("batch fills the memory: one sequence more would leave no room to spare", () => {
    const asked = request("batch");
    const choice = choose(asked);
    expect(choice.now.verdict).toBe("fits");
    expect(choice.users).toBeGreaterThan(GOALS.batch.users);
    expect(choice.settings).toMatchObject({ microBatch: 2048, sequences: choice.users, context: 4096 * choice.users });
    const one = { ...choice.settings, sequences: choice.users + 1, context: 4096 * (choice.users + 1) };
    expect(weigh(asked, one).now.verdict).not.toBe("fits");
    expect(why(choice, "users")).toContain("fill the memory");
  });

  test("mixed keeps a sequence for the chat and holds a step to 30 ms", () => {
    const asked = request("mixed");
    const choice = choose(asked);
    expect(choice.users).toBeGreaterThan(1);
    expect(choice.users).toBeLessThanOrEqual(8);
    const step = (microBatch: number) => {
      const settings = { ...choice.settings, microBatch, batch: microBatch };
      const pace = prefillPace(paceInput(asked, { settings, threads: choice.threads }), microBatch)!;
      return (microBatch / pace.tokensPerSec) * 1000;
    };
    const { microBatch } = choice.settings;
    expect(step(microBatch)).toBeLessThanOrEqual(30);
    expect(step(2 * microBatch)).toBeGreaterThan(30);
    expect(why(choice, "micro-batch")).toMatch(/a token waits for a step .* the limit of 30 ms/);
  });

  test("where no step is short enough, prompts are not slowed for little", () => {
    const found = findModel("qwen3-30b-a3b");
    if (found.kind !== "found") throw new Error("no such row");
    const geometry = geometryFromRow(found.row)!;
    const { rig, closable } = request("mixed");
    const setup = {
      goal: "mixed",
      wishes: {},
      rig,
      closable,
      build: llamaCppBuild("b11434")!.build,
      caller: LLAMACPP_CALLERS["llama-server"],
    } as const;
    const choice = choose(outlined({ geometry, shapes: tensorList(geometry)! }, setup).exact("Q4_K_M"));
    expect(choice.settings.microBatch).toBeGreaterThan(32);
    expect(choice.settings.microBatch).toBeLessThan(512);
    expect(why(choice, "micro-batch")).toContain("kept by none");
  });

  test("interactive cuts steps only where somebody else waits", () => {
    const alone = choose(request("interactive"));
    expect(alone.settings).toMatchObject({ microBatch: 512, sequences: 1 });
    expect(why(alone, "micro-batch")).toContain("nobody else waits");
    const shared = choose(request("interactive", { users: 4 }));
    expect(shared.settings.microBatch).toBeLessThan(512);
    expect(shared.settings.sequences).toBe(4);
  });

  test("what was asked for stays, and a processor's RAM is not filled", () => {
    const choice = choose(request("batch", { users: 3, microBatch: 128 }));
    expect(choice.settings).toMatchObject({ microBatch: 128, sequences: 3 });
    const onProcessor = choose(request("batch", {}, 0));
    expect(onProcessor.users).toBe(GOALS.batch.users);
    expect(onProcessor.settings.microBatch).toBe(GOALS.batch.microBatch);
  });
});

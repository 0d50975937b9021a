import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { modelDraft } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { writeGguf } from "../../../facts/weights/index.ts";
import type { EngineEvent, EngineSpec, Reply, RunningEngine } from "../engine.ts";
import { engineSuite } from "../testing/engine.suite.ts";
import { SMALL_GEOMETRY, writeSmallModels, type SmallModels } from "../testing/small-model.ts";
import { embeddedDevices, embeddedDryRun, embeddedEngine } from "./embedded.ts";

const SETTINGS: LlamaCppSettings = {
  context: 512,
  sequences: 1,
  unifiedCache: false,
  batch: 128,
  microBatch: 128,
  flashAttention: true,
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: 0,
};
const TWO_SOFTWARE_DEVICES = { GGML_VK_VISIBLE_DEVICES: "0,0" };

let folder: string;
let models: SmallModels;
const spec = (over: Partial<EngineSpec> = {}): EngineSpec => ({
  modelPath: models.own,
  backend: "cpu",
  threads: 1,
  settings: SETTINGS,
  ...over,
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "engine-"));
  models = writeSmallModels(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

engineSuite({
  name: "embedded",
  makeEngine: () => embeddedEngine(),
  spec: async () => spec(),
  badModel: async () => models.bad,
  kill: ({ pid }) => process.kill(pid, "SIGKILL"),
});

describe("embedded engine", () => {
  const withEngine = async (over: Partial<EngineSpec>, body: (running: RunningEngine) => Promise<void>) => {
    const running = await embeddedEngine().start(spec(over));
    try {
      await body(running);
    } finally {
      await running.stop();
    }
  };

  it("uses the file's template, and joins messages where it has none", async () => {
    const prompt = [{ role: "user", content: "hello" }] as const;
    await withEngine({}, async (running) => {
      expect(running.template).toBe("own");
      const { promptTokens } = await replyTo(running, prompt);
      expect(promptTokens).toBeGreaterThan(await running.countTokens("hello"));
    });
    await withEngine({ modelPath: models.none }, async (running) => {
      expect(running.template).toBe("none");
      expect((await replyTo(running, prompt)).promptTokens).toBe((await replyTo(running, "hello")).promptTokens);
    });
  });

  it("prefills a prompt of several batches in full", () =>
    withEngine({}, async (running) => {
      const { promptTokens, cachedTokens, completionTokens } = await replyTo(running, "a ".repeat(90));
      expect(promptTokens).toBeGreaterThan(2 * SETTINGS.batch);
      expect([cachedTokens, completionTokens]).toEqual([0, 2]);
    }));

  it("answers several sequences at once as it answers them one by one", () =>
    withEngine({ settings: { ...SETTINGS, context: 1024, sequences: 2 } }, async (running) => {
      expect(running.memory.log.contextPerSequence).toBe(512);
      const prompts = ["hello", "world"];
      const alone: string[] = [];
      for (const prompt of prompts) alone.push((await replyTo(running, prompt)).text);
      const together = await Promise.all(prompts.map((prompt) => replyTo(running, prompt)));
      expect(together.map(({ text }) => text)).toEqual(alone);
    }));

  it("measures threads without loading again, and uses what it found", () =>
    withEngine({}, async (running) => {
      const measured = await running.measureThreads!({ candidates: [1], budgetMs: 200 });
      expect(measured.threads).toBe(1);
      expect(measured.tried[0]!.steps).toBeGreaterThan(0);
      expect((await replyTo(running, "hello")).threads).toBe(1);
    }));

  it("places what its dry run says, to the byte", async () => {
    const dry = await embeddedDryRun(spec());
    await withEngine({}, async ({ memory }) => expect(memory.totals).toEqual(dry));
  });

  it("dry-runs a header without weights as it does the whole file", async () => {
    const modelPath = join(folder, "header.gguf");
    const { header, fileBytes } = writeGguf(modelDraft(SMALL_GEOMETRY, () => "F16"));
    writeFileSync(modelPath, header);
    truncateSync(modelPath, fileBytes);
    expect(await embeddedDryRun(spec({ modelPath }))).toEqual(await embeddedDryRun(spec()));
  });

  it("lists no device where it has no build, and gives up a search that takes too long", async () => {
    expect(await embeddedDevices(["rocm"])).toEqual([]);
    await expect(embeddedDevices(["vulkan"], 0)).rejects.toMatchObject({ code: "engine-slow" });
  });

  it.each<[string, Partial<LlamaCppSettings>, string]>([
    [
      "a quantized value cache without flash attention",
      { flashAttention: false, cacheTypeV: "q8_0" },
      "engine-rejected",
    ],
    ["a setting it does not have", { microBatch: 64 }, "engine-unsupported-setting"],
  ])("refuses %s and leaves nothing behind", async (_, over, code) => {
    const events: EngineEvent[] = [];
    const settings = { ...SETTINGS, ...over };
    const started = embeddedEngine().start(spec({ settings }), { onEvent: (event) => events.push(event) });
    await expect(started).rejects.toMatchObject({ code });
    expect(events.at(-1)).toMatchObject({ kind: "exit", expected: true });
  });

  it("says why a damaged file cannot be loaded, in the engine's words", async () => {
    const modelPath = join(folder, "cut.gguf");
    const whole = readFileSync(models.own);
    writeFileSync(modelPath, whole.subarray(0, whole.length - 1000));
    await expect(embeddedEngine().start(spec({ modelPath }))).rejects.toMatchObject({
      code: "engine-bad-model",
      message: expect.stringContaining("not within the file bounds"),
    });
  });

  it("stops in the middle of loading", async () => {
    const control = new AbortController();
    const events: EngineEvent[] = [];
    const onEvent = (event: EngineEvent) => {
      events.push(event);
      if (event.kind === "log") control.abort();
    };
    const started = embeddedEngine().start(spec(), { signal: control.signal, onEvent });
    await expect(started).rejects.toMatchObject({ code: "interrupted" });
    expect(events.at(-1)!.kind).toBe("exit");
  });

  it("leaves Ctrl-C to its parent, and ends when it is told to", () =>
    withEngine({}, async (running) => {
      process.kill(running.pid, "SIGINT");
      expect(await running.countTokens("hello")).toBeGreaterThan(0);
      process.kill(running.pid, "SIGTERM");
      await expect(replyTo(running, "hello", 100_000)).rejects.toMatchObject({ code: "engine-died" });
    }));

  it("does not outlive a parent that was killed", async () => {
    const parent = join(folder, "parent.ts");
    const module = new URL("./embedded.ts", import.meta.url).href;
    writeFileSync(
      parent,
      `const { embeddedEngine } = await import(${JSON.stringify(module)});
       const running = await embeddedEngine().start(${JSON.stringify(spec())});
       process.send(running.pid);
       for await (const event of running.chat({ prompt: "hello", maxTokens: 100000 })) if (event.kind === "end") break;`,
    );
    const owner = fork(parent, [], { execArgv: [] });
    const pid = await new Promise<unknown>((resolve) => {
      owner.once("message", resolve);
    });
    expect(isRunning(Number(pid))).toBe(true);
    owner.kill("SIGKILL");
    await vi.waitFor(() => expect(isRunning(Number(pid))).toBe(false), { timeout: 5000, interval: 10 });
  });
});

describe("embedded engine on devices", async () => {
  const devices = await embeddedDevices(["vulkan"], 20_000, TWO_SOFTWARE_DEVICES);
  const required = process.env["LOADOUT_REQUIRE_ENGINES"] === "1";
  // a machine without Mesa's software device (Debian: mesa-vulkan-drivers) has no device to place anything on
  const onDevices = it.skipIf(devices.length !== 2 && !required);

  onDevices("marks devices that the processor draws", () => {
    expect(devices.map(({ label, software }) => [label, software])).toEqual([
      ["Vulkan0", true],
      ["Vulkan1", true],
    ]);
  });

  onDevices("reports memory of each device and of the host", async () => {
    const settings = { ...SETTINGS, gpuLayers: "all" } as const;
    const onBoth = spec({ backend: "vulkan", settings, warmUp: false });
    const dry = await embeddedDryRun(onBoth, 60_000, TWO_SOFTWARE_DEVICES);
    const running = await embeddedEngine(TWO_SOFTWARE_DEVICES).start(onBoth);
    expect(running.info.backend).toBe("vulkan");
    expect(running.info.devices).toHaveLength(2);
    expect(running.info.devices[0]!.freeBytes).toBeGreaterThan(0);
    const { memory } = await running.stop();
    const { terms, offloaded, devices: used } = memory.log;
    expect(offloaded!.layers).toBe(offloaded!.of);
    expect(used.map(({ label }) => label)).toEqual(["Vulkan0", "Vulkan1"]);
    for (const device of ["Vulkan0", "Vulkan1"]) {
      const held = terms.filter((one) => one.device === device).map(({ term }) => term);
      expect(held).toEqual(expect.arrayContaining(["weights", "compute"]));
    }
    // the few layers of a small model may all lie on one of them, but none on the host
    expect(new Set(terms.filter(({ term }) => term === "kv").map(({ device }) => device))).not.toContain("host");
    expect(memory.totals!.model.deviceBytes).toBe(dry.model.deviceBytes);
    // with all layers on several devices the dry run counts the four pipeline copies of the first layer's input once more
    const copies = 4 * settings.batch * SMALL_GEOMETRY.embeddingLength * 4;
    expect(memory.totals!.context.deviceBytes).toBe(dry.context.deviceBytes - copies);
  });
});

async function replyTo(
  running: RunningEngine,
  prompt: Parameters<RunningEngine["chat"]>[0]["prompt"],
  maxTokens = 2,
): Promise<Reply> {
  for await (const event of running.chat({ prompt, maxTokens })) if (event.kind === "end") return event.reply;
  throw new Error("a reply without an end");
}

/** A process that ended but was not collected by its new parent yet counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, "utf8"));
}

import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ensureSmallModel, findWeights, readSmallModels, type Consent, type SmallModel } from "../../fetch/index.ts";
import { thisHome } from "../../home/index.ts";
import type { Reply, RunningEngine } from "../engine.ts";
import { whenFree } from "../testing/real-models.ts";
import { embeddedEngine } from "./embedded.ts";

// A model of random weights says nonsense; that a reply makes sense takes real ones. They are used where they are at hand,
// and fetched where engines are required (LOADOUT_REQUIRE_ENGINES=1), into LOADOUT_TEST_CACHE.
const required = process.env["LOADOUT_REQUIRE_ENGINES"] === "1";
const cache = process.env["LOADOUT_TEST_CACHE"] ?? join(tmpdir(), "loadout-tests");
const home = { ...thisHome(), env: { ...process.env, LOADOUT_HOME: cache } };
const consent: Consent = { yes: true, tell: () => {}, freeBytes: 0 };

const models = await readSmallModels();
const { weights } = await findWeights({ home, modelsDirs: [] });
const llama = models.find(({ id }) => id.startsWith("smollm2"))!;
const gemma = models.find(({ id }) => id.startsWith("gemma"))!;

const atHand = (model: SmallModel) =>
  weights.some(({ path, bytes }) => path.endsWith(model.file) && bytes === model.bytes);
const withModel = (
  model: SmallModel,
  title: string,
  context: number,
  body: (running: RunningEngine) => Promise<void>,
) =>
  it.skipIf(!required && !atHand(model))(
    `${title} (where ${model.file} is at hand)`,
    async () => {
      const running = await embeddedEngine().start({
        modelPath: await whenFree(() => ensureSmallModel(model, { home, consent, found: weights })),
        backend: "cpu",
        threads: 1,
        settings: {
          context,
          sequences: 1,
          unifiedCache: false,
          batch: 512,
          microBatch: 512,
          flashAttention: true,
          cacheTypeK: "f16",
          cacheTypeV: "f16",
          gpuLayers: 0,
        },
      });
      try {
        await body(running);
      } finally {
        await running.stop();
      }
    },
    240_000,
  );

describe("real models", () => {
  withModel(llama, "answers a question through its own template, and stops by itself", 2048, async (running) => {
    expect(running.template).toBe("own");
    const content = "What is the capital of France? Answer in one sentence.";
    const reply = await replyTo(running, [{ role: "user", content }]);
    expect(reply.text).toMatch(/Paris/);
    expect(reply.finishReason).toBe("stop");
    // ChatML, with the system line that the file's template adds by itself
    expect(reply.promptTokens).toBe(42);
    const sizes = Object.fromEntries(running.memory.log.terms.map(({ term, sizes: [size] }) => [term, size!.printed]));
    // 30 layers x 2048 cells x (192 + 192) elements x 2 bytes = 45 MiB; 49,152 x 4 bytes a sequence = 0.19 MiB
    expect(sizes).toMatchObject({ weights: "92.10", kv: "45.00", output: "0.19" });
  });

  withModel(
    gemma,
    "goes on with a text where the file has no template, with a window's cache of its own",
    2048,
    async (running) => {
      expect(running.template).toBe("none");
      const reply = await replyTo(running, "The capital of France is");
      expect(reply.text).toMatch(/\w+ \w+/);
      const { caches } = running.memory.log;
      expect(caches.map(({ window, layers }) => [window, layers])).toEqual([
        [false, 3],
        [true, 15],
      ]);
      expect(caches[0]!.cells).toBe(2048);
      // this engine asks for one token more than its batch: 512 + 513, padded to 256
      expect(caches[1]!.cells).toBe(1280);
    },
  );
});

async function replyTo(running: RunningEngine, prompt: Parameters<RunningEngine["chat"]>[0]["prompt"]): Promise<Reply> {
  for await (const event of running.chat({ prompt, maxTokens: 24 })) if (event.kind === "end") return event.reply;
  throw new Error("a reply without an end");
}

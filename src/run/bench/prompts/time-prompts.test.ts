import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { RunningServer, ServerEngine, ServerSpec } from "../../engine/index.ts";
import { timePrompts } from "./time-prompts.ts";

const SPEC: ServerSpec = {
  name: "small",
  modelPath: "model.gguf",
  backend: "cpu",
  settings: {
    context: 8192,
    sequences: 4,
    unifiedCache: false,
    batch: 512,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers: 0,
  },
};
const TEXT = "The ferry was late again, and nobody minded.";
const PROMPTS = [
  { stepTokens: 30, promptTokens: 1024 },
  { stepTokens: 94, promptTokens: 1024 },
  { stepTokens: 510, promptTokens: 1024 },
  { stepTokens: 94, promptTokens: 256 },
];

/** An engine whose tokens are words, and whose prompts take so long that its clock moves by it; what it did is written down. */
function engineOf(msOf: (stepTokens: number, tokens: number) => number) {
  const seen = { nowMs: 0, starts: [] as number[], running: 0, prompts: [] as string[] };
  const engine: ServerEngine = {
    name: "llama-server",
    async start({ name, settings }) {
      seen.starts.push(settings.batch);
      seen.running++;
      const server = createServer((request, response) => {
        let text = "";
        request.on("data", (part: Buffer) => (text += part.toString()));
        request.on("end", () => {
          const { prompt }: { prompt: string } = JSON.parse(text);
          seen.prompts.push(prompt);
          const tokens = prompt.split(" ").length;
          const ms = msOf(settings.batch, tokens);
          seen.nowMs += ms;
          response.end(JSON.stringify({ timings: { prompt_n: tokens, prompt_ms: ms } }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const running: RunningServer = {
        engine: { name: "llama-server", version: "1" },
        model: { name, engineName: name },
        abilities: {
          chat: true,
          completions: true,
          embeddings: false,
          rerank: false,
          tools: false,
          jsonSchema: false,
          images: false,
          adapters: false,
          preemption: "cut",
        },
        endpoint: { url: `http://127.0.0.1:${port}`, headers: {} },
        state: "ready",
        ready: async () => {},
        onState: () => () => {},
        countTokens: async (words) => ({ tokens: words.split(" ").length, exact: true }),
        stop: async () => {
          seen.running--;
          await new Promise((resolve) => server.close(resolve));
          return undefined;
        },
      };
      return running;
    },
  };
  return { engine, seen };
}

describe("prompts timed on the engine that serves", () => {
  it("are computed in the steps asked for, each from an empty cache", async () => {
    const { engine, seen } = engineOf((stepTokens, tokens) => tokens * (stepTokens < 64 ? 3.5 : 2.5));
    const measured = await timePrompts(engine, SPEC, PROMPTS, { text: TEXT, now: () => seen.nowMs });
    expect(seen.starts).toEqual([510, 94, 30]);
    expect(seen.running).toBe(0);
    expect(measured.map(({ stepTokens }) => stepTokens)).toEqual([510, 94, 94, 30]);
    for (const { stepTokens, promptTokens, tokensPerSec } of measured) {
      expect([1024, 256].some((asked) => Math.abs(promptTokens / asked - 1) < 0.02)).toBe(true);
      expect(tokensPerSec).toBeCloseTo(stepTokens < 64 ? 1000 / 3.5 : 400, 6);
    }
    const beginnings = new Set(seen.prompts.map((prompt) => prompt.split(" ")[0]));
    expect(beginnings.size).toBe(seen.prompts.length);
  });

  it("are shorter on a slow machine, so that all of them take less than a minute", async () => {
    const { engine, seen } = engineOf((_, tokens) => tokens * 40);
    const measured = await timePrompts(engine, SPEC, PROMPTS, { text: TEXT, now: () => seen.nowMs });
    expect(seen.nowMs).toBeLessThan(60_000);
    expect(Math.max(...measured.map(({ promptTokens }) => promptTokens))).toBeLessThan(512);
  });

  it("are timed again on a fast one, of which the fastest counts", async () => {
    let calls = 0;
    const { engine, seen } = engineOf((_, tokens) => tokens * (++calls % 3 === 0 ? 0.1 : 0.2));
    const measured = await timePrompts(engine, SPEC, PROMPTS, { text: TEXT, now: () => seen.nowMs });
    for (const { tokensPerSec } of measured) expect(tokensPerSec).toBeCloseTo(10_000, 3);
  });

  it("leave nothing behind where somebody interrupts, or the engine says nothing", async () => {
    const control = new AbortController();
    const { engine, seen } = engineOf((_, tokens) => {
      if (tokens > 200) control.abort();
      return tokens;
    });
    const options = { text: TEXT, now: () => seen.nowMs, signal: control.signal };
    await expect(timePrompts(engine, SPEC, PROMPTS, options)).rejects.toMatchObject({ code: "interrupted" });
    expect(seen.running).toBe(0);
  });
});

import { createServer } from "node:http";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isHere, serverArgumentsHere } from "./local-process.ts";
import { askServer } from "./server-facts.ts";
import { loadTarget } from "./target.ts";

const pages = new Map<string, unknown>();
const server = createServer((request, response) => {
  const page = pages.get(request.url ?? "");
  response.statusCode = page === undefined ? 404 : 200;
  response.end(JSON.stringify(page ?? {}));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => new Promise((resolve) => server.close(resolve)));
const address = server.address();
const target = loadTarget(`127.0.0.1:${typeof address === "object" ? address?.port : 0}`);

describe("what a server says of itself", () => {
  test("neither page: nothing; damaged ones: nothing, or what can be read", async () => {
    expect(await askServer(target, "m")).toBeUndefined();
    for (const page of [null, [], 3, { total_slots: "four" }]) {
      pages.set("/props", page);
      expect(await askServer(target, "m")).toBeUndefined();
    }
    pages.set("/props", { total_slots: 2, build_info: 7, default_generation_settings: [] });
    expect(await askServer(target, "m")).toEqual({ saidBy: "llama-server", engine: "llama-server", slots: 2 });
  });

  test("llama-server: slots, their places, build and file", async () => {
    pages.set("/props", {
      total_slots: 4,
      default_generation_settings: { n_ctx: 1024 },
      build_info: "b11434-08e047deb",
      model_path: "/models/small-Q4_1.gguf",
      model_ftype: "Q4_1",
    });
    expect(await askServer(target, "m")).toEqual({
      saidBy: "llama-server",
      engine: "llama-server",
      build: "b11434",
      model: "small-Q4_1.gguf",
      modelPath: "/models/small-Q4_1.gguf",
      quantization: "Q4_1",
      slots: 4,
      contextPerSlot: 1024,
    });
  });

  test("Loadout: the engine for chats of the model that was asked, with all its settings", async () => {
    const settings = { context: 4096, sequences: 4, unifiedCache: false, batch: 256, microBatch: 128 };
    const engine = (serves: string, batch: number) => ({ serves, threads: 2, settings: { ...settings, batch } });
    const model = (name: string, engines: unknown[]) => ({
      name,
      receipt: 7,
      plan: { runtime: { engine: "node-llama-cpp", build: "v0.4.0" }, model: { path: "/m.gguf" }, engines },
    });
    pages.set("/v1/loadout", {
      kind: "serve",
      models: [model("a", [engine("both", 64)]), model("b", [engine("batch", 32), engine("interactive", 256)])],
    });
    expect(await askServer(target, "b")).toMatchObject({
      saidBy: "loadout",
      engine: "embedded",
      build: "v0.4.0",
      modelPath: "/m.gguf",
      slots: 4,
      contextPerSlot: 1024,
      stepTokens: 256,
      microBatchTokens: 128,
      threads: 2,
      receipt: 7,
    });
    expect(await askServer(target, "other")).toMatchObject({ stepTokens: 64 });
    pages.set("/v1/loadout", { kind: "serve", models: [{ name: "far" }] });
    expect(await askServer(target, "far")).toEqual({ saidBy: "loadout" });
  });
});

describe("processes of this machine", () => {
  test("the llama-server that listens on a port, by its command", async () => {
    const folder = await mkdtemp(join(tmpdir(), "loadout-proc-"));
    try {
      const commands = { 12: ["/opt/llama-server", "-m", "a b.gguf", "--port", "9001"], 13: ["sh", "--port", "9002"] };
      for (const [id, words] of Object.entries({ ...commands, 14: ["llama-server", "-np", "2"] })) {
        await mkdir(join(folder, id));
        await writeFile(join(folder, id, "cmdline"), words.map((word) => `${word}\0`).join(""));
      }
      expect(await serverArgumentsHere(9001, folder)).toEqual(["-m", "a b.gguf", "--port", "9001"]);
      expect(await serverArgumentsHere(9002, folder)).toBeUndefined();
      expect(await serverArgumentsHere(8080, folder)).toEqual(["-np", "2"]);
      expect(await serverArgumentsHere(8080, join(folder, "none"))).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("which addresses are here", () => {
    expect(["127.0.0.1", "127.1.2.3", "::1", "localhost"].every(isHere)).toBe(true);
    expect(["10.0.0.1", "example.org", "0.0.0.0"].some(isHere)).toBe(false);
  });
});

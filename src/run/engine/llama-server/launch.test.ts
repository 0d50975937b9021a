import { describe, expect, it } from "vitest";
import { systemClock } from "../process/index.ts";
import { SCRIPTED_SPEC } from "../testing/scripted-spec.ts";
import { scriptedServer } from "../testing/scripted-server.ts";
import { applyAdapters } from "./adapters.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { launch } from "./launch.ts";
import type { LlamaServerProgram } from "./program.ts";

/** A program of a few lines in place of llama-server. */
const program = (code: string): LlamaServerProgram => ({
  command: [process.execPath, "-e", code, "--"],
  env: {},
  origin: "PATH",
  version: "0.6.0",
  buildNumber: 11_434,
});
const SPEC = { ...SCRIPTED_SPEC, modelPath: "model.gguf" };
const start = (code: string) => llamaServerEngine({ program: program(code) }).start(SPEC);

/** Prints its environment's key and variables that would be flags, answers 503 twice and then that it is well. */
const SERVER = `
  const { createServer } = require("node:http");
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url === "/health") response.writeHead(++asked > 2 ? 200 : 503).end();
    else response.writeHead(200).end(JSON.stringify({ total_slots: 3, default_generation_settings: { n_ctx: 77 }, chat_template: "x" }));
  });
  server.listen(0, "127.0.0.1", () => {
    console.log("srv init_listene: api_keys: ****" + process.env.LLAMA_API_KEY.slice(-4));
    console.log("variables " + Object.keys(process.env).filter((name) => /^(LLAMA_ARG_|AIP_)/.test(name)).join());
    console.error("0.00.001.000 I srv init: listening on http://127.0.0.1:" + server.address().port);
  });`;

describe("starting a llama-server", () => {
  it("waits while it loads, keeps its key out of the log and foreign variables out of its flags", async () => {
    const lines: string[] = [];
    const launched = await launch({
      program: program(SERVER),
      args: [],
      spec: SPEC,
      env: { ...process.env, LLAMA_ARG_CTX_SIZE: "9", AIP_HTTP_PORT: "1" },
      clock: { ...systemClock, pause: () => Promise.resolve() },
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.kind === "log") lines.push(event.text);
      },
    });
    expect(launched.props).toMatchObject({ slots: 3, contextPerSlot: 77, template: true });
    expect(lines.filter((line) => !line.includes("listening"))).toEqual(["variables "]);
    expect(launched.endpoint.headers["authorization"]).toMatch(/^Bearer [0-9a-f]{48}$/);
    expect(await launched.stop()).toBe("stopped");
    expect(await launched.ended).toBe("SIGTERM");
  });

  it.each([
    ["process.kill(process.pid, 'SIGILL')", "engine-wrong-cpu"],
    ["console.error('error: invalid argument: --x'); process.exit(1)", "engine-rejected"],
    ["console.error('llama_model_load: error loading model: bad magic'); process.exit(1)", "engine-bad-model"],
    ["console.error('ggml: failed to allocate buffer'); process.exit(1)", "engine-out-of-memory"],
    ["process.exit(9)", "engine-died"],
  ])("that does not come up (%s) is %s", async (code, error) => {
    await expect(start(code)).rejects.toMatchObject({ code: error });
  });

  it("of a program that is not there says so", async () => {
    const gone = { ...program(""), command: ["/does/not/exist"] } satisfies LlamaServerProgram;
    const starting = llamaServerEngine({ program: gone }).start(SPEC);
    await expect(starting).rejects.toMatchObject({ code: "engine-program-missing" });
  });
});

describe("adapters", () => {
  it("are looked at after they were set: the server says yes to one it does not have", async () => {
    const server = await scriptedServer({ adapters: [{ path: "a.gguf", scale: 1 }] });
    const endpoint = { url: server.url, headers: {} };
    const adapter = { name: "a", path: "a.gguf", scale: 0.25 };
    await applyAdapters(endpoint, [adapter]);
    await expect(applyAdapters(endpoint, [adapter, { ...adapter, name: "b" }])).rejects.toMatchObject({
      code: "engine-adapter-refused",
      details: { what: "b" },
    });
    await server.stop();
  });
});

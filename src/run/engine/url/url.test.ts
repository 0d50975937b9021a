import { afterAll, afterEach, describe, expect, it } from "vitest";
import { scriptedServer, type ScriptedOptions, type ScriptedServer } from "../testing/scripted-server.ts";
import { INSTANT, SCRIPTED_SPEC, SCRIPTED_SUITE } from "../testing/scripted-spec.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { urlEngine } from "./url.ts";

let server = await scriptedServer(SCRIPTED_SUITE);
const { port } = server;
afterAll(() => server.stop());

const NOT_OURS = "the engine is somebody else's";
serverSuite({
  name: "url",
  makeEngine: () => urlEngine({ url: `http://127.0.0.1:${port}/v1`, clock: INSTANT }),
  spec: () => Promise.resolve(SCRIPTED_SPEC),
  busy: () => Promise.resolve(server.load.working),
  kill: async () => {
    await server.stop();
    server = await scriptedServer({ ...SCRIPTED_SUITE, port });
  },
  badSpec: () => Promise.resolve(SCRIPTED_SPEC),
  toolSpec: () => Promise.resolve(SCRIPTED_SPEC),
  embedSpec: () => Promise.resolve({ ...SCRIPTED_SPEC, use: "embed" }),
  rerankSpec: () => Promise.resolve({ ...SCRIPTED_SPEC, use: "rerank" }),
  adapterSpec: () => Promise.resolve(SCRIPTED_SPEC),
  countsExactly: true,
  demandsKey: false,
  skip: {
    "says what is wrong with a file that is no model": NOT_OURS,
    "applies an adapter to the requests that name it, and to no other": NOT_OURS,
  },
});

describe("an address", () => {
  let other: ScriptedServer | undefined;
  afterEach(async () => {
    await other?.stop();
  });
  const reach = async (options: ScriptedOptions, name = "scripted", key?: string) => {
    other = await scriptedServer(options);
    return urlEngine({ url: other.url, clock: INSTANT, ...(key ? { key } : {}) }).start({ ...SCRIPTED_SPEC, name });
  };

  it.each([
    ["llama-server", "b11434-scripted", true, 4],
    ["vllm", "0.32.0", true, undefined],
    ["ollama", "0.17.4", false, undefined],
    ["plain", "unknown", false, undefined],
  ] as const)("of %s is told by what it answers", async (face, version, exact, slots) => {
    const running = await reach({ face });
    const build = face === "plain" ? "unknown" : face;
    expect(running.engine).toEqual({ name: "url", version, build });
    expect(running.abilities.slots).toBe(slots);
    expect((await running.countTokens("one two three")).exact).toBe(exact);
  });

  it("needs its key", async () => {
    await expect(reach({ apiKey: "k" })).rejects.toMatchObject({ code: "engine-unreachable" });
    await other?.stop();
    const running = await reach({ apiKey: "k" }, "scripted", "k");
    expect(running.endpoint.headers).toEqual({ authorization: "Bearer k" });
  });

  it("with one model serves it under any name", async () => {
    const running = await reach({ model: "its-own" }, "mine");
    expect(running.model).toEqual({ name: "mine", engineName: "its-own" });
  });

  it("where nobody answers is said so, and given up after some tries", async () => {
    const running = await reach({});
    await other?.stop();
    const states: string[] = [];
    running.onState((state) => states.push(state));
    await expect(running.ready()).rejects.toMatchObject({ code: "engine-given-up" });
    expect(states).toEqual(["restarting", "failed"]);
    const gone = urlEngine({ url: other!.url }).start(SCRIPTED_SPEC);
    await expect(gone).rejects.toMatchObject({ code: "engine-unreachable" });
  });
});

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { INSTANT, SCRIPTED_SPEC, SCRIPTED_SUITE } from "../testing/scripted-spec.ts";
import { scriptedServer, type ScriptedServer } from "../testing/scripted-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { ollamaLoaded } from "./api.ts";
import { ollamaEngine } from "./ollama.ts";

let server = await scriptedServer({ ...SCRIPTED_SUITE, face: "ollama" });
const { port } = server;
afterAll(() => server.stop());

const spec = () => Promise.resolve(SCRIPTED_SPEC);
const NOT_OURS = "the engine is somebody else's";
serverSuite({
  name: "ollama (scripted)",
  makeEngine: () => ollamaEngine({ url: `http://127.0.0.1:${port}`, clock: INSTANT }),
  spec,
  busy: () => Promise.resolve(server.load.working),
  kill: async () => {
    await server.stop();
    server = await scriptedServer({ ...SCRIPTED_SUITE, face: "ollama", port });
  },
  badSpec: spec,
  toolSpec: spec,
  embedSpec: () => Promise.resolve({ ...SCRIPTED_SPEC, use: "embed" }),
  rerankSpec: spec,
  adapterSpec: spec,
  countsExactly: false,
  demandsKey: false,
  skip: {
    "lists its model under the engine's name": "the scripted engine lists only the model it was made with",
    "says what is wrong with a file that is no model": NOT_OURS,
    "ranks documents": "Ollama does not rank",
    "applies an adapter to the requests that name it, and to no other": NOT_OURS,
  },
});

describe("an Ollama", () => {
  let own: ScriptedServer | undefined;
  afterEach(() => own?.stop());

  it("holds the model with the planned context under a name of its own, and lets it go", async () => {
    own = await scriptedServer({ face: "ollama", model: "smol:135m" });
    const small = { ...SCRIPTED_SPEC, name: "smol:135m", threads: 2 };
    const running = await ollamaEngine({ url: own.url }).start(small);
    const engineName = "smol:loadout-135m-512-512-t2-g0";
    expect(running.model).toEqual({ name: "smol:135m", engineName });
    expect(running.abilities.contextPerSlot).toBe(512);
    const created = own.requests.find(({ path }) => path === "/api/create")!;
    expect(created.body).toMatchObject({ from: "smol:135m", parameters: { num_ctx: 512, num_thread: 2, num_gpu: 0 } });
    expect(await ollamaLoaded(running.endpoint)).toEqual([
      { name: engineName, bytes: 1000, deviceBytes: 0, contextTokens: 512 },
    ]);
    await running.stop();
    expect(await ollamaLoaded(running.endpoint)).toEqual([]);
  });

  it("without the model says what it has", async () => {
    own = await scriptedServer({ face: "ollama", model: "other:latest" });
    const starting = ollamaEngine({ url: own.url }).start(SCRIPTED_SPEC);
    await expect(starting).rejects.toMatchObject({ code: "engine-model-missing", details: { got: "other:latest" } });
  });

  it("takes no files of ours", async () => {
    const starting = ollamaEngine().start({ ...SCRIPTED_SPEC, draftPath: "draft.gguf" });
    await expect(starting).rejects.toMatchObject({ code: "engine-unsupported-setting" });
  });
});

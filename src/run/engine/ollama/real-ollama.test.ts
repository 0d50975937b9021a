import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GuardedProcess } from "../process/index.ts";
import type { RunningServer, ServerSpec } from "../server.ts";
import { realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { ollamaLoaded } from "./api.ts";
import { ollamaEngine } from "./ollama.ts";
import { freePort } from "./testing/free-port.ts";

// A real Ollama, built from source: minutes to build, so only `npm run test:engines` runs this.
const program = process.env["LOADOUT_TEST_OLLAMA"];
const model = program === undefined ? undefined : await realModel();

if (program === undefined || model === undefined)
  describe("a real Ollama", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  const host = `127.0.0.1:${await freePort()}`;
  const env = {
    ...process.env,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(folder, "models"),
    HOME: folder,
    OLLAMA_NUM_PARALLEL: "2",
    OLLAMA_NO_CLOUD: "1",
  };
  let ollama = await serve();
  afterAll(async () => {
    await ollama.stop();
    rmSync(folder, { recursive: true });
  });
  const recipe = join(folder, "Modelfile");
  writeFileSync(recipe, `FROM ${model}\n`);
  execFileSync(program, ["create", "small", "-f", recipe], { env, stdio: "ignore" });
  const { spec } = realSpecs(model, folder);

  async function serve(): Promise<GuardedProcess> {
    const up = Promise.withResolvers<void>();
    const child = new GuardedProcess(program!, ["serve"], {
      env,
      onLine: (line) => {
        if (line.includes("Listening on")) up.resolve();
      },
    });
    await Promise.race([up.promise, child.ended]);
    return child;
  }

  const NOT_OURS = "its models and adapters are its own";
  const base = () => Promise.resolve(spec);
  /** it does not tell what it works on: a slot is free when another request is answered at once */
  const answered = async ({ endpoint, model: served }: RunningServer) => {
    const body = JSON.stringify({ model: served.engineName, prompt: "x", max_tokens: 1 });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${endpoint.url}/v1/completions`, { method: "POST", headers, body });
    return answer.ok ? 0 : 1;
  };
  serverSuite({
    name: "ollama",
    makeEngine: () => ollamaEngine({ url: `http://${host}` }),
    spec: base,
    busy: answered,
    kill: async () => {
      await ollama.stop(0);
      ollama = await serve();
    },
    badSpec: base,
    toolSpec: base,
    embedSpec: () => Promise.resolve({ ...spec, use: "embed" } satisfies ServerSpec),
    rerankSpec: base,
    adapterSpec: base,
    countsExactly: false,
    demandsKey: false,
    timeoutMs: 240_000,
    skip: {
      "says what is wrong with a file that is no model": NOT_OURS,
      "refuses a prompt that is too long, in words": "Ollama shortens it and says nothing",
      "ranks documents": "Ollama does not rank",
      "applies an adapter to the requests that name it, and to no other": NOT_OURS,
      "calls a tool that is demanded": "the small model's template knows no tools, and Ollama demands none",
    },
  });

  describe("a real Ollama", () => {
    it("holds the planned context, and requests do not load the model again", { timeout: 240_000 }, async () => {
      const running = await ollamaEngine({ url: `http://${host}` }).start(spec);
      await answered(running);
      const loaded = await ollamaLoaded(running.endpoint);
      expect(loaded.map(({ name, contextTokens }) => [name, contextTokens])).toEqual([[running.model.engineName, 512]]);
      expect(loaded[0]!.bytes).toBeGreaterThan(90_000_000);
      await running.stop();
      expect(await ollamaLoaded(running.endpoint)).toEqual([]);
    });
  });
}

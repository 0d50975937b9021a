import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { programOf } from "./program.ts";
import { readSlots } from "./readings.ts";

// The command-line llama-server, built from source: minutes to build, so only `npm run test:engines` runs this.
const program = process.env["LOADOUT_TEST_LLAMA_SERVER"];
const model = program === undefined ? undefined : await realModel();

if (program === undefined || model === undefined)
  describe("the command-line llama-server", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const found = await programOf({ command: [program], env: {} }, "LOADOUT_LLAMA_SERVER");
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const specs = realSpecs(model, folder);
  serverSuite({
    name: `llama-server (command line, ${found.version})`,
    makeEngine: () => llamaServerEngine({ program: found }),
    spec: () => Promise.resolve(specs.spec),
    busy: async ({ endpoint }) => ((await readSlots(endpoint)) ?? []).filter(({ working }) => working).length,
    kill: ({ pid }) => void process.kill(pid!, "SIGKILL"),
    badSpec: () => Promise.resolve(specs.badSpec),
    toolSpec: () => Promise.resolve(specs.toolSpec),
    embedSpec: () => Promise.resolve(specs.embedSpec),
    rerankSpec: () => Promise.resolve(specs.rerankSpec),
    adapterSpec: () => Promise.resolve(specs.adapterSpec),
    countsExactly: true,
    demandsKey: true,
    timeoutMs: 120_000,
  });
}

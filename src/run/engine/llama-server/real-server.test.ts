import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { enginesRequired, realModel, testConsent, testHome } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { ensureManaged, managedCommand } from "./managed.ts";
import { programOf } from "./program.ts";
import { readSlots } from "./readings.ts";
import type { RunningServer } from "../server.ts";

// The real llama-server, all of it, out of one Python wheel; fetched where engines are required (LOADOUT_REQUIRE_ENGINES=1).
const model = await realModel();
const options = { home: testHome, consent: testConsent };
const command = enginesRequired ? await ensureManaged(options) : await managedCommand(testHome);

if (model === undefined || command === undefined)
  describe("a real llama-server", () => {
    it.skip("(the wheel or the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches them)", () => {});
  });
else {
  const program = await programOf(command, "managed");
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const specs = realSpecs(model, folder);
  const busy = async ({ endpoint }: RunningServer) =>
    ((await readSlots(endpoint)) ?? []).filter(({ working }) => working).length;
  serverSuite({
    name: `llama-server (${program.version})`,
    makeEngine: () => llamaServerEngine({ program }),
    spec: () => Promise.resolve(specs.spec),
    busy,
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

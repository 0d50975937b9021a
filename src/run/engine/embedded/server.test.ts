import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { ask, readMetrics } from "../http/index.ts";
import type { RunningServer } from "../server.ts";
import { realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { embeddedServer } from "./server.ts";

// What replies say under a grammar and with tools takes a real model: where it is at hand, see `testing/real-models.ts`.
const model = await realModel();
if (model === undefined)
  describe("the embedded engine, served", () => {
    it.skip("(the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches it)", () => {});
  });
else {
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const specs = realSpecs(model, folder);
  serverSuite({
    name: "embedded",
    makeEngine: () => embeddedServer(),
    spec: () => Promise.resolve(specs.spec),
    busy,
    kill: ({ pid }) => void process.kill(pid!, "SIGKILL"),
    badSpec: () => Promise.resolve(specs.badSpec),
    embedSpec: () => Promise.resolve(specs.embedSpec),
    rerankSpec: () => Promise.resolve(specs.rerankSpec),
    adapterSpec: () => Promise.resolve(specs.adapterSpec),
    countsExactly: true,
    demandsKey: true,
    skip: {
      "ranks documents": "the library ranks only with models that were trained to, and the small one was not",
      "applies an adapter to the requests that name it, and to no other":
        "adapters are of the library's context, not of a request: abilities say so",
    },
    timeoutMs: 120_000,
  });
}

async function busy({ endpoint }: RunningServer): Promise<number> {
  const { text } = await ask(endpoint, "/metrics");
  return readMetrics(text).find(({ name }) => name === "loadout_engine_requests_processing")!.value;
}

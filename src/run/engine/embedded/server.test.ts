import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, fieldsOf, listOf, readMetrics } from "../http/index.ts";
import type { RunningServer } from "../server.ts";
import { choiceOf, post } from "../testing/server-client.ts";
import { realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { serverSuite } from "../testing/server.suite.ts";
import { embeddedServer } from "./server.ts";
import { writeRankingModel } from "./testing/ranking-model.ts";

const QUESTION = [{ role: "user", content: "What is the capital of France? Answer in one sentence." }];

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
  const ranking = join(folder, "ranking.gguf");
  writeRankingModel(ranking);
  serverSuite({
    name: "embedded",
    makeEngine: () => embeddedServer(),
    spec: () => Promise.resolve(specs.spec),
    busy,
    kill: ({ pid }) => void process.kill(pid!, "SIGKILL"),
    badSpec: () => Promise.resolve(specs.badSpec),
    toolSpec: () => Promise.resolve(specs.spec), // the template knows no tools: the engine tells the model of them itself
    embedSpec: () => Promise.resolve(specs.embedSpec),
    rerankSpec: () => Promise.resolve({ ...specs.rerankSpec, modelPath: ranking }), // only models with a head for it rank
    adapterSpec: () => Promise.resolve(specs.adapterSpec),
    countsExactly: true,
    demandsKey: true,
    skip: {
      "applies an adapter to the requests that name it, and to no other":
        "adapters are of the library's context, not of a request: abilities say so",
    },
    timeoutMs: 120_000,
  });

  describe("the embedded engine with a real model", () => {
    let running: RunningServer;
    beforeAll(async () => {
      running = await embeddedServer().start(specs.spec);
    }, 120_000);
    afterAll(() => running.stop());
    const say = async (more: object) => {
      const { body } = await post(running, "/v1/chat/completions", { messages: QUESTION, temperature: 0, ...more });
      return String(fieldsOf(choiceOf(body)["message"])["content"]);
    };

    it("goes on with an assistant's message that was cut off, as if it had not been", async () => {
      const whole = await say({ max_tokens: 24 });
      expect(whole).toMatch(/Paris/);
      const begun = whole.slice(0, whole.indexOf(" France"));
      const rest = await say({ max_tokens: 24, messages: [...QUESTION, { role: "assistant", content: begun }] });
      expect(begun + rest).toBe(whole);
    });

    it("bends the odds of tokens", async () => {
      const { body } = await post(running, "/tokenize", { content: " Paris" });
      const [paris] = listOf(body["tokens"]);
      expect(await say({ max_tokens: 24, logit_bias: { [String(paris)]: -100 } })).not.toMatch(/ Paris/);
    });
  });
}

async function busy({ endpoint }: RunningServer): Promise<number> {
  const { text } = await ask(endpoint, "/metrics");
  return readMetrics(text).find(({ name }) => name === "loadout_engine_requests_processing")!.value;
}

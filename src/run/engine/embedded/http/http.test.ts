import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, fieldsOf, jsonOf, listOf, readMetrics } from "../../http/index.ts";
import type { RunningServer } from "../../server.ts";
import { choiceOf, post, stream, textOfEvents, usageOf } from "../../testing/server-client.ts";
import { writeSmallModels } from "../../testing/small-model.ts";
import { embeddedServer } from "../server.ts";

const CHAT = "/v1/chat/completions";
const HELLO = [{ role: "user", content: "hello" }];

let folder: string;
let server: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "loadout-"));
  server = await embeddedServer({ lanes: { agingMs: 60_000 } }).start({
    name: "tiny",
    modelPath: writeSmallModels(folder).own,
    backend: "cpu",
    threads: 1,
    settings: {
      context: 3072,
      sequences: 3,
      unifiedCache: false,
      batch: 64,
      microBatch: 64,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
    },
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const contentOf = (body: Readonly<Record<string, unknown>>) => String(fieldsOf(choiceOf(body)["message"])["content"]);

describe("what the embedded engine answers", () => {
  it("gives the same text whole and streamed, in time and usage alike", async () => {
    const body = { messages: HELLO, temperature: 0, max_tokens: 12 };
    const whole = await post(server, CHAT, body);
    const streamed = await stream(server, CHAT, body);
    expect(textOfEvents(streamed)).toBe(contentOf(whole.body));
    const last = streamed.events.at(-1)!;
    expect(usageOf(last)).toEqual(usageOf(whole.body));
    const { prompt } = usageOf(last);
    expect(fieldsOf(last["timings"])).toMatchObject({ cache_n: prompt - 1, prompt_n: 1, predicted_n: 12 });
    expect(fieldsOf(fieldsOf(last["usage"])["prompt_tokens_details"])["cached_tokens"]).toBe(prompt - 1);
  });

  it("ends before a stop text", async () => {
    const body = { prompt: "hello", temperature: 0, max_tokens: 24 };
    const text = String(choiceOf((await post(server, "/v1/completions", body)).body)["text"]);
    const stop = text.slice(5, 8);
    const cut = choiceOf((await post(server, "/v1/completions", { ...body, stop: [stop] })).body);
    expect(cut).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish_reason: "stop" });
  });

  it("answers several prompts of one request, in their order", async () => {
    const one = async (prompt: unknown) => {
      const { body } = await post(server, "/v1/completions", { prompt, temperature: 0, max_tokens: 4 });
      return listOf(body["choices"]).map((choice) => fieldsOf(choice)["text"]);
    };
    const alone = [...(await one("hello")), ...(await one("world"))];
    expect(await one(["hello", "world"])).toEqual(alone);
  });

  it("refuses a text of megabytes without making tokens of it all", async () => {
    const long = "hello world ".repeat(500_000);
    const asked = [
      await post(server, CHAT, { messages: [{ role: "user", content: long }] }),
      await post(server, "/v1/completions", { prompt: long }),
    ];
    for (const { status, body } of asked) {
      expect(status).toBe(400);
      expect(body["error"]).toMatchObject({ type: "exceed_context_size_error", code: "engine-context-full" });
      expect(String(fieldsOf(body["error"])["message"])).toContain("more than");
    }
  });

  it("does not take words of a user for the template's markers", async () => {
    const tokensOf = async (content: string) => {
      const { body } = await post(server, CHAT, { messages: [{ role: "user", content }], max_tokens: 1 });
      return usageOf(body).prompt;
    };
    // as a marker it would be one token: as text it is its bytes
    expect((await tokensOf("a<|im_end|>b")) - (await tokensOf("ab"))).toBeGreaterThan(5);
  });

  it("punishes repetition, and repeats chance with a seed", async () => {
    const text = async (more: object) => {
      const body = { prompt: "hello", max_tokens: 16, temperature: 0, ...more };
      return choiceOf((await post(server, "/v1/completions", body)).body)["text"];
    };
    expect(await text({ temperature: 1.5, seed: 7 })).toBe(await text({ temperature: 1.5, seed: 7 }));
    expect(await text({ temperature: 1.5, seed: 7 })).not.toBe(await text({ temperature: 1.5, seed: 8 }));
    expect((await post(server, "/v1/completions", { prompt: "a", max_tokens: 2, repeat_penalty: 1.3 })).status).toBe(
      200,
    );
  });

  it.each<[string, object]>([
    [
      "members that may be left out",
      {
        type: "object",
        properties: { a: { type: "boolean" }, b: { type: "null" }, c: { enum: [1, "x", null] } },
        required: ["b"],
        additionalProperties: false,
      },
    ],
    [
      "lists of a length",
      { type: "array", items: { type: "integer", minimum: -3, maximum: 120 }, minItems: 2, maxItems: 3 },
    ],
    [
      "choices",
      {
        anyOf: [
          { const: "on" },
          {
            type: "object",
            properties: { level: { type: "integer", exclusiveMinimum: 0, maximum: 9 } },
            required: ["level"],
          },
        ],
      },
    ],
    [
      "references",
      {
        $defs: {
          node: {
            type: "object",
            properties: { next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
            required: ["next"],
            additionalProperties: false,
          },
        },
        $ref: "#/$defs/node",
      },
    ],
    [
      "all of several",
      {
        allOf: [
          { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] },
          { properties: { b: { const: 2 } }, required: ["b"] },
        ],
      },
    ],
    [
      "texts of a length, dates and kinds",
      {
        type: "object",
        properties: {
          t: { type: "string", minLength: 1, maxLength: 4 },
          d: { type: "string", format: "date" },
          n: { type: ["number", "null"] },
        },
        required: ["t", "d", "n"],
      },
    ],
    [
      "values by any name",
      {
        type: "object",
        properties: { a: { type: "boolean" } },
        required: ["a"],
        additionalProperties: { type: "boolean" },
      },
    ],
  ])("writes what a schema allows: %s", async (_, schema) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
    const asked = [1, 2, 3, 4].map((seed) =>
      post(server, CHAT, { messages: HELLO, temperature: 1.2, seed, max_tokens: 500, response_format }),
    );
    const ended = (await Promise.all(asked)).filter(({ body }) => choiceOf(body)["finish_reason"] === "stop");
    expect(ended.length).toBeGreaterThan(0);
    for (const { body } of ended) {
      const value = jsonOf(contentOf(body));
      expect(validate(value), JSON.stringify([value, validate.errors])).toBe(true);
    }
  });

  it("calls the tool that is named, streamed in a way the official client understands", async () => {
    const client = new OpenAI({ baseURL: `${server.endpoint.url}/v1`, apiKey: keyOf(server) });
    const parameters = { type: "object", properties: { on: { type: "boolean" } }, required: ["on"] };
    const tool = (name: string) => ({ type: "function" as const, function: { name, parameters } });
    const asked = {
      model: "tiny",
      messages: [{ role: "user" as const, content: "light" }],
      tools: [tool("lamp"), tool("door")],
      tool_choice: { type: "function" as const, function: { name: "door" } },
      max_tokens: 200,
      temperature: 0,
    };
    const whole = await client.chat.completions.create(asked);
    expect(whole.choices[0]!.finish_reason).toBe("tool_calls");
    const [call] = whole.choices[0]!.message.tool_calls!;
    if (call?.type !== "function") throw new Error("no call of a function");
    expect(call.function.name).toBe("door");
    expect(JSON.parse(call.function.arguments)).toEqual({ on: expect.any(Boolean) });
    const reply = await client.chat.completions.stream(asked).finalMessage();
    const [streamed] = reply.tool_calls!;
    expect(streamed).toMatchObject({ type: "function", function: { name: "door" } });
    // what came of it is told to the model as it is told of any tool
    const result = { role: "tool" as const, tool_call_id: call.id, content: "open" };
    const messages = [...asked.messages, whole.choices[0]!.message, result];
    const next = await client.chat.completions.create({ model: "tiny", messages, max_tokens: 4 });
    expect(next.usage!.prompt_tokens).toBeGreaterThan(whole.usage!.completion_tokens);
  });

  it("lets batch rest while a chat draws, and frees what a client leaves", async () => {
    const busy = async () =>
      readMetrics((await ask(server.endpoint, "/metrics")).text).find(({ name }) =>
        name.endsWith("requests_processing"),
      )!.value;
    const leave = new AbortController();
    const underWay = Promise.withResolvers<void>();
    let batchTokens = 0;
    const lane = { ...server, endpoint: inLane(server, "batch") };
    const work = stream(
      lane,
      CHAT,
      { messages: HELLO, max_tokens: 900, ignore_eos: true },
      {
        signal: leave.signal,
        onEvent: () => {
          batchTokens += 1;
          if (batchTokens === 5) underWay.resolve();
        },
      },
    );
    await underWay.promise;
    let [before, chatTokens] = [0, 0];
    await stream(
      server,
      CHAT,
      { messages: [{ role: "user", content: "world" }], max_tokens: 40, ignore_eos: true },
      {
        onEvent: () => {
          if (chatTokens === 2) before = batchTokens;
          chatTokens += 1;
        },
      },
    );
    // of the events that were under way when the chat's first tokens came, a few may be read later
    expect(batchTokens - before).toBeLessThan(10);
    leave.abort();
    await work;
    while ((await busy()) > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("what the embedded engine refuses", () => {
  it.each<[string, string, object, number, string]>([
    ["several choices", CHAT, { messages: HELLO, n: 2 }, 501, "not_supported_error"],
    ["odds", CHAT, { messages: HELLO, logprobs: true }, 501, "not_supported_error"],
    ["no messages", CHAT, { messages: [] }, 400, "invalid_request_error"],
    ["an unknown role", CHAT, { messages: [{ role: "boss", content: "x" }] }, 400, "invalid_request_error"],
    [
      "images",
      CHAT,
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
      501,
      "not_supported_error",
    ],
    ["a temperature that is none", CHAT, { messages: HELLO, temperature: "hot" }, 400, "invalid_request_error"],
    [
      "a tool that is not there",
      CHAT,
      { messages: HELLO, tools: [], tool_choice: "required" },
      400,
      "invalid_request_error",
    ],
    [
      "a schema no grammar can hold",
      CHAT,
      {
        messages: HELLO,
        response_format: { type: "json_schema", json_schema: { schema: { type: "string", pattern: "^a$" } } },
      },
      501,
      "not_supported_error",
    ],
    [
      "a schema without a value",
      CHAT,
      { messages: HELLO, response_format: { type: "json_schema", json_schema: { schema: false } } },
      400,
      "invalid_request_error",
    ],
    ["a grammar that is none", CHAT, { messages: HELLO, grammar: "root ::= (" }, 400, "invalid_request_error"],
    [
      "a prompt that is too long",
      CHAT,
      { messages: [{ role: "user", content: "a ".repeat(3000) }] },
      400,
      "exceed_context_size_error",
    ],
    ["tokens there are not", "/v1/completions", { prompt: [1, -2] }, 400, "invalid_request_error"],
    ["vectors", "/v1/embeddings", { input: "x" }, 501, "not_supported_error"],
    ["a path there is not", "/v1/images", {}, 404, "not_found_error"],
  ])("%s", async (_, path, body, status, type) => {
    const answer = await post(server, path, body);
    expect([answer.status, fieldsOf(answer.body["error"])["type"]]).toEqual([status, type]);
  });

  it("a prompt that is too long, with what fits", async () => {
    const { body } = await post(server, CHAT, { messages: [{ role: "user", content: "a ".repeat(3000) }] });
    expect(body["error"]).toMatchObject({ n_ctx: 1024, n_prompt_tokens: expect.any(Number) });
  });

  it("a body that never ends within its limit of bytes, and half a request", async () => {
    const { host, port } = new URL(server.endpoint.url);
    const status = await new Promise<number>((resolve) => {
      const headers = { ...server.endpoint.headers, host, "content-type": "application/json" };
      const sent = request({ port, path: CHAT, method: "POST", headers, agent: false }, (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.resume();
      });
      sent.on("error", () => {});
      const part = Buffer.alloc(2 ** 20, 0x20);
      for (let sentMib = 0; sentMib < 66; sentMib += 1) sent.write(part);
    });
    expect(status).toBe(413);
    expect((await post(server, CHAT, { messages: HELLO, max_tokens: 1 })).status).toBe(200);
  });
});

function keyOf({ endpoint }: RunningServer): string {
  return endpoint.headers["authorization"]!.replace("Bearer ", "");
}

function inLane({ endpoint }: RunningServer, lane: string): RunningServer["endpoint"] {
  return { ...endpoint, headers: { ...endpoint.headers, "x-loadout-lane": lane } };
}

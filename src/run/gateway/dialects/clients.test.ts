// The clients people have, as their makers ship them, against the gateway and an engine that says what it is told.
import Anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, Output, streamText, tool } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scriptedServer, type ScriptedServer } from "../../engine/testing/scripted-server.ts";
import type { ScriptStep } from "../../engine/testing/scripted-script.ts";
import { startGateway } from "../gateway.ts";
import type { Gateway } from "../options.ts";
import { oneModel } from "../testing/one-model.ts";
import { ANTHROPIC } from "./anthropic/index.ts";
import { ollamaDialect } from "./ollama/index.ts";
import { openaiDialect } from "./openai.ts";
import { RESPONSES } from "./responses/index.ts";

let engine: ScriptedServer;
let gateway: Gateway;
beforeEach(async () => {
  engine = await scriptedServer({ model: "m" });
  let clock = 0;
  gateway = await startGateway({
    models: oneModel(engine.url, {}, "m"),
    dialects: [openaiDialect, RESPONSES, ANTHROPIC, ollamaDialect(() => (clock += 5))],
    keys: [{ secret: "a-key-for-tests-only", name: "tests" }],
  });
});
afterEach(async () => {
  await gateway.close();
  await engine.stop();
});

const QUESTION = "three little words";
const KEY = "a-key-for-tests-only";
const WORDS: readonly ScriptStep[] = [
  { reasoning: "Hm." },
  { content: "Grüße" },
  { content: " aus" },
  { content: " Köln 🎡" },
];
const TEXT = "Grüße aus Köln 🎡";
const CALL: readonly ScriptStep[] = [
  { tool: "weather", id: "call_7" },
  { arguments: '{"city"' },
  { arguments: ':"Köln"}' },
];
const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
} as const;
const ENDLESS: readonly ScriptStep[] = [{ content: "One" }, { until: new Promise(() => {}) }];
const TOO_LONG = { status: 400, type: "exceed_context_size_error", message: "too long by far" };

/** The engine's slot is free again once a client has left. */
const abandoned = () => engine.until(({ requests }) => requests.at(-1)?.state === "abandoned");

describe("openai", () => {
  let client: OpenAI;
  beforeEach(() => {
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY, maxRetries: 0 });
  });
  const ask = { model: "m", messages: [{ role: "user" as const, content: QUESTION }] };

  it("streams a chat with usage", async () => {
    engine.next({ steps: WORDS });
    const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
    let said = "";
    stream.on("content", (delta) => (said += delta));
    const completion = await stream.finalChatCompletion();
    expect(said).toBe(TEXT);
    expect(completion.choices[0]!.message.content).toBe(TEXT);
    expect(completion.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4 });
  });

  it("calls a tool, streamed and whole", async () => {
    const tools = [{ type: "function" as const, function: { name: "weather", parameters: SCHEMA } }];
    engine.next({ steps: CALL });
    const streamed = await client.chat.completions.stream({ ...ask, tools }).finalChatCompletion();
    engine.next({ steps: CALL });
    const whole = await client.chat.completions.create({ ...ask, tools });
    for (const { choices } of [streamed, whole]) {
      expect(choices[0]!.finish_reason).toBe("tool_calls");
      expect(choices[0]!.message.tool_calls).toMatchObject([
        { id: "call_7", type: "function", function: { name: "weather", arguments: '{"city":"Köln"}' } },
      ]);
    }
  });

  it("parses an answer under a schema", async () => {
    engine.next({ steps: [{ content: '{"city":' }, { content: '"Köln"}' }] });
    const completion = await client.chat.completions.parse({
      ...ask,
      response_format: { type: "json_schema", json_schema: { name: "place", strict: true, schema: SCHEMA } },
    });
    expect(completion.choices[0]!.message.parsed).toEqual({ city: "Köln" });
    expect(engine.requests.at(-1)!.body).toMatchObject({ response_format: { json_schema: { schema: SCHEMA } } });
  });

  it("completes text, embeds, lists models", async () => {
    const { choices } = await client.completions.create({ model: "m", prompt: QUESTION, max_tokens: 2 });
    expect(choices[0]!.text).toBe("word0 word1");
    const { data } = await client.embeddings.create({ model: "m", input: ["a", "b"], encoding_format: "float" });
    expect(data).toHaveLength(2);
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(["m"]);
  });

  it("gets errors as its own classes", async () => {
    engine.next({ refuse: TOO_LONG });
    await expect(client.chat.completions.create(ask)).rejects.toSatisfy(
      (error) => error instanceof OpenAI.BadRequestError && error.message.includes("too long by far"),
    );
    await expect(client.chat.completions.create({ ...ask, model: "nope" })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "wrong", maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it("aborts, and the engine is free", async () => {
    engine.next({ steps: ENDLESS });
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    for await (const { choices } of stream) if (choices[0]?.delta.content) break;
    await abandoned();
  });

  it("uses responses: text, calls, a schema", async () => {
    engine.next({ steps: WORDS });
    const events: string[] = [];
    const stream = client.responses.stream({ model: "m", input: QUESTION });
    stream.on("response.output_text.delta", ({ delta }) => events.push(delta));
    const response = await stream.finalResponse();
    expect(events.join("")).toBe(TEXT);
    expect(response.output_text).toBe(TEXT);
    expect(response.usage).toMatchObject({ input_tokens: 3, output_tokens: 4 });

    engine.next({ steps: CALL });
    const tools = [{ type: "function" as const, name: "weather", parameters: SCHEMA, strict: true }];
    const called = await client.responses.create({ model: "m", input: QUESTION, tools });
    expect(called.output).toMatchObject([{ type: "function_call", call_id: "call_7", arguments: '{"city":"Köln"}' }]);

    engine.next({ steps: [{ content: '{"city":"Köln"}' }] });
    const format = { type: "json_schema" as const, name: "place", schema: SCHEMA };
    const parsed = await client.responses.parse({ model: "m", input: QUESTION, text: { format } });
    expect(parsed.output_parsed).toEqual({ city: "Köln" });
  });
});

describe("@anthropic-ai/sdk", () => {
  let client: Anthropic;
  beforeEach(() => {
    client = new Anthropic({ baseURL: gateway.url, apiKey: KEY, maxRetries: 0 });
  });
  const ask = { model: "m", max_tokens: 100, messages: [{ role: "user" as const, content: QUESTION }] };

  it("counts tokens before anything is asked", async () => {
    const weather = { name: "weather", description: "of a city", input_schema: { type: "object" as const } };
    const short = await client.messages.countTokens({ model: "m", messages: ask.messages });
    const long = await client.messages.countTokens({ model: "m", messages: ask.messages, tools: [weather] });
    // the test's tokenizer: four characters a token; a message's own words besides, and those before the reply
    expect(short).toEqual({ input_tokens: Math.ceil(QUESTION.length / 4) + 10 });
    expect(long.input_tokens).toBeGreaterThan(short.input_tokens + 20);
    expect(engine.requests).toEqual([]);
    const wrong = client.messages.countTokens({ model: "nope", messages: ask.messages });
    await expect(wrong).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });

  it("streams a message, thoughts apart", async () => {
    engine.next({ steps: WORDS });
    const stream = client.messages.stream(ask);
    let said = "";
    stream.on("text", (delta) => (said += delta));
    const message = await stream.finalMessage();
    expect(said).toBe(TEXT);
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: "Hm." },
      { type: "text", text: TEXT },
    ]);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 3, output_tokens: 4 } });
  });

  it("calls a tool, streamed and whole, and brings its result", async () => {
    const tools = [{ name: "weather", input_schema: SCHEMA as unknown as Anthropic.Tool.InputSchema }];
    engine.next({ steps: CALL });
    const streamed = await client.messages.stream({ ...ask, tools }).finalMessage();
    engine.next({ steps: CALL });
    const whole = await client.messages.create({ ...ask, tools });
    for (const { content, stop_reason: reason } of [streamed, whole]) {
      expect(reason).toBe("tool_use");
      expect(content).toMatchObject([{ type: "tool_use", id: "call_7", name: "weather", input: { city: "Köln" } }]);
    }
    await client.messages.create({
      ...ask,
      messages: [
        ...ask.messages,
        { role: "assistant", content: whole.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "call_7", content: "rain" }] },
      ],
    });
    expect(engine.requests.at(-1)!.body).toMatchObject({
      messages: [
        { role: "user" },
        { role: "assistant", tool_calls: [{ id: "call_7" }] },
        { role: "tool", content: "rain" },
      ],
    });
  });

  it("gets errors as its own classes", async () => {
    engine.next({ refuse: TOO_LONG });
    await expect(client.messages.create(ask)).rejects.toSatisfy(
      (error) => error instanceof Anthropic.BadRequestError && error.message.includes("too long by far"),
    );
    await expect(client.messages.create({ ...ask, model: "nope" })).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    const stranger = new Anthropic({ baseURL: gateway.url, apiKey: "wrong", maxRetries: 0 });
    await expect(stranger.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });

  it("hears of an error in the middle of a stream", async () => {
    engine.next({ steps: [{ content: "One" }, { error: { status: 500, type: "server_error", message: "boom" } }] });
    await expect(client.messages.stream(ask).finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
  });

  it("aborts, and the engine is free", async () => {
    engine.next({ steps: ENDLESS });
    const stream = client.messages.stream(ask);
    stream.on("text", () => stream.abort());
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    await abandoned();
  });
});

describe("ollama", () => {
  let client: Ollama;
  beforeEach(() => {
    client = new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${KEY}` } });
  });
  const ask = { model: "m", messages: [{ role: "user", content: QUESTION }] };

  it("streams a chat, thoughts apart", async () => {
    engine.next({ steps: WORDS });
    let said = "";
    let thought = "";
    for await (const part of await client.chat({ ...ask, stream: true })) {
      said += part.message.content;
      thought += part.message.thinking ?? "";
      if (part.done) expect(part).toMatchObject({ done_reason: "stop", prompt_eval_count: 3, eval_count: 4 });
    }
    expect([thought, said]).toEqual(["Hm.", TEXT]);
  });

  it("calls a tool, whole", async () => {
    engine.next({ steps: CALL });
    const tools = [{ type: "function", function: { name: "weather", parameters: SCHEMA as never } }];
    const { message } = await client.chat({ ...ask, tools });
    expect(message.tool_calls).toEqual([{ function: { name: "weather", arguments: { city: "Köln" } } }]);
  });

  it("asks under a schema, generates, embeds, lists and shows", async () => {
    await client.chat({ ...ask, format: SCHEMA });
    expect(engine.requests.at(-1)!.body).toMatchObject({ response_format: { json_schema: { schema: SCHEMA } } });
    const { response } = await client.generate({ model: "m", prompt: QUESTION, options: { num_predict: 2 } });
    expect(response).toBe("word0 word1");
    const { embeddings } = await client.embed({ model: "m", input: ["a", "b"] });
    expect(embeddings).toHaveLength(2);
    expect((await client.list()).models.map(({ name }) => name)).toEqual(["m"]);
    expect((await client.show({ model: "m" })).capabilities).toEqual(["completion"]);
  });

  it("gets errors as it expects them", async () => {
    engine.next({ refuse: TOO_LONG });
    await expect(client.chat(ask)).rejects.toThrow("too long by far");
    await expect(client.chat({ ...ask, model: "nope" })).rejects.toMatchObject({ status_code: 404 });
  });

  it("aborts, and the engine is free", async () => {
    engine.next({ steps: ENDLESS });
    const stream = await client.chat({ ...ask, stream: true });
    await expect(
      (async () => {
        for await (const _ of stream) stream.abort();
      })(),
    ).rejects.toThrow(/abort/i);
    await abandoned();
  });
});

describe("Vercel's AI SDK", () => {
  const model = () =>
    createOpenAICompatible({
      name: "loadout",
      baseURL: `${gateway.url}/v1`,
      apiKey: KEY,
      supportsStructuredOutputs: true,
    })("m");

  it("streams text and thoughts", async () => {
    engine.next({ steps: WORDS });
    const result = streamText({ model: model(), prompt: QUESTION });
    let said = "";
    for await (const part of result.textStream) said += part;
    expect(said).toBe(TEXT);
    expect(await result.reasoningText).toBe("Hm.");
    expect(await result.finishReason).toBe("stop");
  });

  it("calls a tool and goes on with its result", async () => {
    engine.next({ steps: CALL });
    const { toolCalls, toolResults } = await generateText({
      model: model(),
      prompt: QUESTION,
      tools: {
        weather: tool({
          inputSchema: jsonSchema<{ city: string }>({ ...SCHEMA, required: ["city"] }),
          execute: async ({ city }) => `rain in ${city}`,
        }),
      },
    });
    expect(toolCalls).toMatchObject([{ toolName: "weather", input: { city: "Köln" } }]);
    expect(toolResults).toMatchObject([{ output: "rain in Köln" }]);
  });

  it("gets an object under a schema", async () => {
    engine.next({ steps: [{ content: '{"city":"Köln"}' }] });
    const { output } = await generateText({
      model: model(),
      prompt: QUESTION,
      output: Output.object({ schema: jsonSchema<{ city: string }>({ ...SCHEMA, required: ["city"] }) }),
    });
    expect(output).toEqual({ city: "Köln" });
  });

  it("hears of errors and aborts", async () => {
    engine.next({ refuse: TOO_LONG });
    await expect(generateText({ model: model(), prompt: QUESTION, maxRetries: 0 })).rejects.toThrow("too long by far");
    engine.next({ steps: ENDLESS });
    const stop = new AbortController();
    const { textStream } = streamText({
      model: model(),
      prompt: QUESTION,
      abortSignal: stop.signal,
      onError: () => {},
    });
    for await (const _ of textStream) stop.abort();
    await abandoned();
  });
});

it("what is not there is said in the words of whose path it is", async () => {
  const errorAt = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    const answer = await fetch(`${gateway.url}${path}`, { method: "POST", headers, body: "{}" });
    expect(answer.status).toBe(404);
    return answer.json();
  };
  expect(await errorAt("/api/pull")).toEqual({ error: expect.stringContaining("/api/pull") });
  expect(await errorAt("/v1/messages/batches")).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  expect(await errorAt("/v1/nothing")).toMatchObject({ error: { code: "gateway-no-route" } });
});

it("what the engine refuses is no failure of the server, in whatever dialect it is said", async () => {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
  const body = JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: QUESTION }] });
  for (const path of ["/v1/chat/completions", "/v1/messages", "/api/chat"]) {
    engine.next({ refuse: TOO_LONG });
    await fetch(`${gateway.url}${path}`, { method: "POST", headers, body }).then((answer) => answer.text());
  }
  const metrics = await fetch(`${gateway.url}/metrics`, { headers }).then((answer) => answer.text());
  expect(metrics).toContain('loadout_requests_total{lane="interactive",outcome="rejected"} 3\n');
  expect(metrics).toContain('loadout_requests_total{lane="interactive",outcome="failed"} 0\n');
});

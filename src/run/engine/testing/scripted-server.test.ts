import { Agent, request as httpRequest } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { scriptedServer, type ScriptedOptions, type ScriptedServer } from "./scripted-server.ts";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function started(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  server = await scriptedServer(options);
  return server;
}

function ask(path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const post = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return fetch(`${server!.url}${path}`, { ...post, ...init });
}

const MESSAGES = [{ role: "user", content: "three little words" }];

describe("the scripted engine", () => {
  it("streams a script, chunk by chunk, with usage where asked", async () => {
    (await started()).next({ steps: [{ content: "Hel" }, { waitMs: 1000 }, { content: "lo" }] });
    const answer = await ask("/v1/chat/completions", {
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    const lines = (await answer.text()).split("\n\n").filter((line) => line !== "");
    expect(lines.at(-1)).toBe("data: [DONE]");
    const chunks = lines.slice(0, -1).map((line): unknown => JSON.parse(line.slice("data: ".length)));
    expect(chunks).toMatchObject([
      { choices: [{ delta: { role: "assistant", content: null } }] },
      { choices: [{ delta: { content: "Hel" } }] },
      { choices: [{ delta: { content: "lo" } }] },
      { choices: [{ delta: {}, finish_reason: "stop" }] },
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
    ]);
  });

  it("says words without a script, up to the limit", async () => {
    await started({ firstContent: "" });
    const whole = await ask("/v1/chat/completions", { messages: MESSAGES, max_tokens: 2 });
    expect(await whole.json()).toMatchObject({
      choices: [{ finish_reason: "length", message: { content: "word0 word1" } }],
      usage: { completion_tokens: 2 },
    });
  });

  it("calls a tool and fills a schema where they are demanded", async () => {
    await started();
    const parameters = { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } };
    const tools = [{ type: "function", function: { name: "weather", parameters } }];
    const called = await ask("/v1/chat/completions", { messages: MESSAGES, tools, tool_choice: "required" });
    expect(await called.json()).toMatchObject({
      choices: [
        {
          finish_reason: "tool_calls",
          message: { tool_calls: [{ function: { name: "weather", arguments: '{"city":"text","days":1}' } }] },
        },
      ],
    });
    const response_format = { type: "json_schema", json_schema: { name: "x", schema: parameters } };
    const filled = await ask("/v1/chat/completions", { messages: MESSAGES, response_format });
    expect(await filled.json()).toMatchObject({ choices: [{ message: { content: '{"city":"text","days":1}' } }] });
  });

  it("closes the connection after a stream although it announced to keep it", async () => {
    await started();
    const agent = new Agent({ keepAlive: true });
    const header = await new Promise((resolve, reject) => {
      const options = { agent, method: "POST", port: server!.port, host: "127.0.0.1", path: "/v1/chat/completions" };
      const sent = httpRequest(options, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.headers["connection"]));
      });
      sent.on("error", reject);
      sent.end(JSON.stringify({ messages: MESSAGES, stream: true }));
    });
    expect(header).toBe("keep-alive");
    await server!.until(({ connections }) => connections === 0);
    agent.destroy();
  });

  it("lets requests wait for a slot, and frees the slot of a client that leaves", async () => {
    const gate = Promise.withResolvers<void>();
    await started({
      slots: 1,
      script: () => ({ steps: [{ content: "a" }, { until: gate.promise }, { content: "b" }] }),
    });
    const leave = new AbortController();
    const stream = { messages: MESSAGES, stream: true };
    const first = ask("/v1/chat/completions", stream, { signal: leave.signal }).then((answer) => answer.text());
    const failed = first.then(
      () => false,
      () => true,
    );
    await server!.until(({ requests }) => requests[0]?.said === 1 || requests[0]?.state === "working");
    const second = ask("/v1/chat/completions", { messages: MESSAGES });
    await server!.until(({ load }) => load.waiting === 1);
    leave.abort();
    expect(await failed).toBe(true);
    await server!.until(({ requests }) => requests[0]?.state === "abandoned" && requests[1]?.state === "working");
    gate.resolve();
    expect((await second).status).toBe(200);
  });

  it.each([
    [{ refuse: { status: 429, type: "overloaded", message: "later" } }, 429, "overloaded"],
    [{ steps: [{ error: { status: 500, type: "server_error", message: "no" } }] }, 500, "server_error"],
  ])("refuses and fails as told: %j", async (answer, status, type) => {
    (await started()).next(answer);
    const got = await ask("/v1/completions", { prompt: "x" });
    expect(got.status).toBe(status);
    expect(await got.json()).toMatchObject({ error: { type } });
  });

  it("breaks a stream without an end", async () => {
    (await started()).next({ steps: [{ content: "a" }, { cut: true }] });
    const answer = await ask("/v1/chat/completions", { messages: MESSAGES, stream: true });
    await expect(answer.text()).rejects.toThrow();
  });

  it("refuses a long prompt, a broken body, a missing key, and everything while it loads", async () => {
    await started({ contextPerSlot: 2, apiKey: "k" });
    const headers = { authorization: "Bearer k" };
    expect((await ask("/v1/models")).status).toBe(401);
    expect((await ask("/v1/completions", {}, { body: "{", headers })).status).toBe(400);
    const long = await ask("/v1/chat/completions", { messages: MESSAGES }, { headers });
    expect(await long.json()).toMatchObject({ error: { type: "exceed_context_size_error", n_prompt_tokens: 3 } });
    server!.loading = true;
    expect((await ask("/health")).status).toBe(503);
  });

  it("counts, embeds, ranks and keeps scales", async () => {
    await started({ adapters: [{ path: "a.gguf", scale: 1 }] });
    expect(await (await ask("/tokenize", { content: "a b c" })).json()).toEqual({ tokens: [0, 1, 2] });
    const embedded = await ask("/v1/embeddings", { input: ["a b", "c"] });
    expect(await embedded.json()).toMatchObject({ data: [{ index: 0 }, { index: 1 }], usage: { prompt_tokens: 3 } });
    const ranked = await ask("/v1/rerank", { query: "red fox", documents: ["blue", "red fox"] });
    expect(await ranked.json()).toMatchObject({ results: [{ index: 1 }, { index: 0 }] });
    await ask("/lora-adapters", [
      { id: 0, scale: 0.5 },
      { id: 7, scale: 1 },
    ]);
    expect(await (await ask("/lora-adapters")).json()).toEqual([{ id: 0, path: "a.gguf", scale: 0.5 }]);
  });
});

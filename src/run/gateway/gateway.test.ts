import { expect, test } from "vitest";
import { startGateway } from "./gateway.ts";
import { ask } from "./testing/ask.ts";
import { oneModel } from "./testing/one-model.ts";
import { CHAT, hurriedClock, stand } from "./testing/stand.ts";

const STREAM = { ...CHAT, stream: true, stream_options: { include_usage: true } };

test("a stream's bytes are those of the engine, piece by piece", async () => {
  await using at = await stand();
  const steps = [{ content: "word" }, { content: " ünïcode" }, { content: " 🚀" }];
  at.engine.next({ steps });
  const direct = await ask(at.engine.port, { body: STREAM });
  at.engine.next({ steps });
  const through = await ask(at.port, { body: STREAM });
  expect(through.text).toBe(direct.text.replaceAll("scripted-1", "scripted-2"));
  expect(through.status).toBe(200);
  expect(through.headers["content-type"]).toBe("text/event-stream");
  expect(through.headers["server-timing"]).toMatch(/^queue;dur=[\d.]+, dispatch;dur=[\d.]+, upstream_ttft;dur=[\d.]+$/);
});

test("a token is passed on when it comes, and none is waited for", async () => {
  await using at = await stand();
  const held = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<void>();
  at.engine.next({ steps: [{ content: "first" }, { until: held.promise }, { content: "second" }] });
  const answer = ask(at.port, { body: STREAM, onChunk: (text) => text.includes("first") && seen.resolve() });
  await seen.promise;
  held.resolve();
  const { text } = await answer;
  expect(text).toContain("second");
});

test.each([
  ["/v1/chat/completions", CHAT],
  ["/v1/completions", { prompt: "one two" }],
  ["/v1/embeddings", { input: ["one", "two"] }],
  ["/v1/rerank", { query: "one", documents: ["two", "one"] }],
])("%s is answered as the engine does", async (path, body) => {
  await using at = await stand();
  const direct = await ask(at.engine.port, { path, body });
  const through = await ask(at.port, { path, body });
  expect(through.status).toBe(200);
  expect(through.text.replace(/scripted-\d/, "")).toBe(direct.text.replace(/scripted-\d/, ""));
});

test("the engine is asked by its own name for the model, and told the lane", async () => {
  await using at = await stand();
  await ask(at.port, { body: { ...CHAT, model: "" } });
  await ask(at.port, { path: "/batch/v1/chat/completions", body: CHAT });
  await ask(at.port, { body: CHAT, headers: { "x-loadout-lane": "batch" } });
  expect(at.engine.requests.map(({ headers }) => headers["x-loadout-lane"])).toEqual(["interactive", "batch", "batch"]);
  expect(at.engine.requests[0]!.body).toEqual(CHAT);
});

test("a refusal of the engine passes with its status and words", async () => {
  await using at = await stand();
  at.engine.next({ refuse: { status: 422, type: "invalid_request_error", message: "too odd" } });
  const { status, text } = await ask(at.port, { body: CHAT });
  expect(status).toBe(422);
  expect(JSON.parse(text)).toEqual({ error: { code: 422, message: "too odd", type: "invalid_request_error" } });
});

test("what is wrong is said in OpenAI's shape, and the engine hears nothing", async () => {
  await using at = await stand();
  const cases = [
    [404, "model-not-served", { body: { ...CHAT, model: "other" } }],
    [400, "request-invalid", { body: { model: "scripted" } }],
    [400, "request-invalid", { body: { ...CHAT, stream: "yes" } }],
    [400, "gateway-body-broken", { body: "{" }],
    [400, "gateway-body-broken", { body: "[]" }],
    [
      400,
      "model-cannot",
      { body: { ...CHAT, messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] } },
    ],
    [415, "gateway-body-type", { body: "{}", headers: { "content-type": "text/plain" } }],
    [404, "gateway-no-route", { path: "/v1/nothing" }],
    [405, "gateway-method", { method: "GET" }],
    [400, "gateway-header-invalid", { body: CHAT, headers: { "x-loadout-lane": "fast" } }],
    [400, "gateway-header-invalid", { body: CHAT, headers: { "x-loadout-deadline-ms": "-1" } }],
  ] as const;
  for (const [status, code, asking] of cases) {
    const answer = await ask(at.port, asking);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([status, code]);
  }
  expect(at.engine.requests).toEqual([]);
  expect(at.models.held).toBe(0);
});

test("a client that leaves frees the engine's slot at once", async () => {
  await using at = await stand();
  const gone = new AbortController();
  at.engine.next({ steps: [{ content: "first" }, { until: new Promise(() => {}) }] });
  const answer = ask(at.port, { body: STREAM, signal: gone.signal, onChunk: () => gone.abort() });
  await expect(answer).rejects.toThrow("aborted");
  await at.engine.until(({ requests }) => requests[0]?.state === "abandoned");
  expect(at.gateway.counts().interactive).toEqual({ waiting: 0, working: 0 });
  expect(at.models.held).toBe(0);
});

test("an engine that breaks off before a byte is asked again, and given up in the end", async () => {
  await using at = await stand({ clock: hurriedClock });
  for (let attempt = 0; attempt < 2; attempt++) at.engine.next({ steps: [{ cut: true }] });
  expect((await ask(at.port, { body: CHAT })).status).toBe(200);
  // one attempt more on a kept connection, which the engine might only have closed
  for (let attempt = 0; attempt < 5; attempt++) at.engine.next({ steps: [{ cut: true }] });
  const { status, text } = await ask(at.port, { body: CHAT });
  expect([status, JSON.parse(text).error.code]).toEqual([502, "upstream-failed"]);
  expect(at.engine.requests.length).toBe(8);
});

test("an engine that breaks off in a stream: an event says so, in the client's shape", async () => {
  await using at = await stand();
  at.engine.next({ steps: [{ content: "first" }, { cut: true }] });
  const { status, text } = await ask(at.port, { body: STREAM });
  expect(status).toBe(200);
  expect(text).toContain("first");
  expect(text).toMatch(/"code":"upstream-lost"\}\}\n\ndata: \[DONE\]\n\n$/);
});

test("an engine that restarts keeps its requests; one that is given up answers them", async () => {
  await using at = await stand();
  at.server.become("restarting");
  const patient = ask(at.port, { body: CHAT });
  await at.waits(1);
  at.server.become("ready");
  expect((await patient).status).toBe(200);
  at.server.become("restarting");
  const vain = ask(at.port, { body: CHAT });
  await at.waits(1);
  at.server.become("failed");
  for (const { status, text } of [await vain, await ask(at.port, { body: CHAT })]) {
    expect([status, JSON.parse(text).error.code]).toEqual([503, "lane-no-engine"]);
  }
  expect(at.models.held).toBe(0);
});

test("health, models, metrics and what the caller adds", async () => {
  await using at = await stand({ loadout: () => ({ plan: "as planned" }) });
  await ask(at.port, { body: STREAM });
  const get = async (path: string) => (await ask(at.port, { path })).text;
  expect(JSON.parse(await get("/health"))).toEqual({ status: "ok" });
  expect(JSON.parse(await get("/v1/models")).data).toMatchObject([
    { id: "scripted", object: "model", state: "loaded" },
  ]);
  expect(JSON.parse(await get("/v1/models/scripted"))).toMatchObject({ id: "scripted" });
  expect(JSON.parse(await get("/v1/loadout"))).toEqual({ plan: "as planned" });
  const metrics = await get("/metrics");
  expect(metrics).toContain('loadout_requests_total{lane="interactive",outcome="answered"} 1\n');
  expect(metrics).toContain('loadout_prompt_tokens_total{lane="interactive"} 3\n');
  expect(metrics).toContain('loadout_completion_tokens_total{lane="interactive"} 8\n');
  expect(metrics).toContain('loadout_ttft_seconds_count{lane="interactive"} 1\n');
});

test("live events reach who listens", async () => {
  await using at = await stand();
  const end = new AbortController();
  const seen = Promise.withResolvers<string>();
  const listening = ask(at.port, {
    path: "/v1/loadout/events",
    signal: end.signal,
    onChunk: (text) => (text.startsWith(": ") ? at.gateway.announce("engine", { state: "ready" }) : seen.resolve(text)),
  });
  expect(await seen.promise).toBe('event: engine\ndata: {"state":"ready"}\n\n');
  end.abort();
  await expect(listening).rejects.toThrow("aborted");
});

test("a request that is over is told to who listens, without a word of it", async () => {
  await using at = await stand();
  const end = new AbortController();
  const seen = Promise.withResolvers<string>();
  const asked: Promise<unknown>[] = [];
  const listening = ask(at.port, {
    path: "/v1/loadout/events",
    signal: end.signal,
    onChunk: (text) => (text.startsWith(": ") ? asked.push(ask(at.port, { body: STREAM })) : seen.resolve(text)),
  });
  const text = await seen.promise;
  expect(text).toMatch(/^event: request\n/);
  expect(JSON.parse(text.split("data: ")[1]!)).toEqual({
    model: "scripted",
    lane: "interactive",
    outcome: "answered",
    queueMs: expect.any(Number),
    ttftMs: expect.any(Number),
    promptTokens: 3,
    completionTokens: 8,
    cachedTokens: 0,
  });
  await Promise.all(asked);
  end.abort();
  await expect(listening).rejects.toThrow("aborted");
});

test("an address that others reach needs keys", async () => {
  const models = oneModel("http://127.0.0.1:1");
  await expect(startGateway({ models, host: "0.0.0.0" })).rejects.toMatchObject({ code: "gateway-keys-needed" });
});

test("closing ends what is in work with a typed error", async () => {
  await using at = await stand();
  at.engine.next({ steps: [{ content: "first" }, { until: new Promise(() => {}) }] });
  const answer = ask(at.port, { body: STREAM, onChunk: (text) => text.includes("first") && void at.gateway.close() });
  const { text } = await answer;
  expect(text).toContain('"code":"gateway-closing"');
});

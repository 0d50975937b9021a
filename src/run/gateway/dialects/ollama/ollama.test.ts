import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../../../facts/errors/index.ts";
import { callChunks, refusalOf, streamOf, textChunks, translate } from "../testing/translated.ts";
import { ollamaDialect } from "./index.ts";

let clock = 0;
const OLLAMA = ollamaDialect(() => (clock += 10));
const chat = (body: Record<string, unknown>) =>
  translate(OLLAMA, "/api/chat", { model: "m:latest", messages: [{ role: "user", content: "Hi" }], ...body });
const lines = (text: string): unknown[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

describe("Ollama's API", () => {
  it("streams by default, asks by the name without its tag, and passes on what samples", () => {
    const { model, stream, body } = chat({
      options: { num_ctx: 4096, num_predict: -1, temperature: 0, stop: "END", top_k: 3 },
      format: { type: "object" },
      think: false,
    });
    expect({ model, stream }).toEqual({ model: "m", stream: true });
    expect(body).toEqual({
      messages: [{ role: "user", content: "Hi" }],
      temperature: 0,
      top_k: 3,
      stop: ["END"],
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", strict: true, schema: { type: "object" } },
      },
      chat_template_kwargs: { enable_thinking: false },
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("gives calls ids by their order, and results the first open call of their name", () => {
    const { body } = chat({
      messages: [
        {
          role: "assistant",
          content: "",
          tool_calls: [{ function: { name: "a", arguments: { x: 1 } } }, { function: { name: "b", arguments: {} } }],
        },
        { role: "tool", content: "B", tool_name: "b" },
        { role: "tool", content: "A" },
      ],
    });
    expect(body["messages"]).toMatchObject([
      { role: "assistant", content: null, tool_calls: [{ id: "call_0_0" }, { id: "call_0_1" }] },
      { role: "tool", content: "B", tool_call_id: "call_0_1" },
      { role: "tool", content: "A", tool_call_id: "call_0_0" },
    ]);
  });

  it("knows images by their first bytes", () => {
    const { body } = chat({ messages: [{ role: "user", content: "What?", images: ["/9j/AAA", "iVBORw"] }] });
    expect(body["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: { url: "data:image/jpeg;base64,/9j/AAA" } },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw" } },
        ],
      },
    ]);
  });

  it("streams a line a token and ends with counts and the engine's own durations", () => {
    const said = lines(streamOf(chat({}), textChunks));
    const common = { model: "m:latest", created_at: "2026-11-24T17:18:00.000Z" };
    expect(said.slice(0, 4)).toEqual([
      { ...common, message: { role: "assistant", content: "", thinking: "Hm" }, done: false },
      { ...common, message: { role: "assistant", content: "", thinking: "." }, done: false },
      { ...common, message: { role: "assistant", content: "Par" }, done: false },
      { ...common, message: { role: "assistant", content: "is" }, done: false },
    ]);
    expect(said[4]).toMatchObject({
      message: { role: "assistant", content: "" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 37,
      prompt_eval_duration: 12_500_000,
      eval_count: 4,
      eval_duration: 40_000_000,
    });
  });

  it("says calls whole", () => {
    const said = lines(streamOf(chat({}), callChunks));
    expect(said).toHaveLength(2);
    expect(said[0]).toMatchObject({
      message: {
        tool_calls: [
          { function: { name: "weather", arguments: { city: "Paris" } } },
          { function: { name: "time", arguments: {} } },
        ],
      },
    });
  });

  it("answers /api/generate with a response", () => {
    const request = translate(OLLAMA, "/api/generate", { model: "m", prompt: "Hi", system: "S", stream: false });
    expect(request.body["messages"]).toEqual([
      { role: "system", content: "S" },
      { role: "user", content: "Hi" },
    ]);
    const answer = { id: "x", created: 1, choices: [{ message: { content: "Yo" }, finish_reason: "length" }] };
    expect(request.answers!.whole(answer)).toMatchObject({ response: "Yo", done: true, done_reason: "length" });
  });

  it("embeds, in the new form and the old", () => {
    const data = [{ embedding: [1, 2] }, { embedding: [3, 4] }];
    const asked = translate(OLLAMA, "/api/embed", { model: "m", input: ["a", "b"] });
    expect(asked.answers!.whole({ data, usage: { prompt_tokens: 2 } })).toEqual({
      model: "m",
      embeddings: [
        [1, 2],
        [3, 4],
      ],
      prompt_eval_count: 2,
    });
    const old = translate(OLLAMA, "/api/embeddings", { model: "m", prompt: "a" });
    expect(old.body).toEqual({ input: "a" });
    expect(old.answers!.whole({ data })).toEqual({ embedding: [1, 2] });
  });

  it("lists and shows what is served", () => {
    const models = [
      { name: "m", state: "loaded" as const, contextTokens: 4096 },
      { name: "e", state: "on-demand" as const, embeddings: true },
    ];
    const answer = (path: string, body = {}) =>
      OLLAMA.listings!.find((listing) => listing.path === path)!.answer(models, body);
    expect(answer("/api/tags")).toMatchObject({ models: [{ name: "m" }, { name: "e" }] });
    expect(answer("/api/ps")).toMatchObject({ models: [{ name: "m", context_length: 4096 }] });
    expect(answer("/api/show", { model: "e:latest" })).toMatchObject({ capabilities: ["embedding"] });
    expect(() => answer("/api/show", { model: "nope" })).toThrow(LoadoutError);
  });

  it.each([
    ["no messages", { messages: [] }, "messages"],
    ["a wrong format", { format: 7 }, "format"],
    ["options as text", { options: "hot" }, "options"],
  ])("refuses %s", (_, body, field) => {
    const { status, text } = refusalOf(OLLAMA, "/api/chat", {
      model: "m",
      messages: [{ role: "user", content: "x" }],
      ...body,
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(field) as unknown });
  });
});

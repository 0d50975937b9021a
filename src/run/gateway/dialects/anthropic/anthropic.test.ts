import { describe, expect, it } from "vitest";
import {
  callChunks,
  chunk,
  refusalOf,
  serverSentEvents,
  streamOf,
  textChunks,
  translate,
} from "../testing/translated.ts";
import { ANTHROPIC } from "./index.ts";

const ask = (body: Record<string, unknown>) =>
  translate(ANTHROPIC, "/v1/messages", { model: "m", max_tokens: 9, messages: [], ...body });

describe("Anthropic's Messages", () => {
  it("translates a conversation with tools and images into OpenAI's words", () => {
    const { body, model, stream } = ask({
      system: [{ type: "text", text: "Be brief." }],
      messages: [
        { role: "user", content: "Weather?" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Ask.", signature: "" },
            { type: "text", text: "Looking." },
            { type: "tool_use", id: "t1", name: "weather", input: { city: "Paris" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "rain" }] },
            { type: "text", text: "And this?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          ],
        },
      ],
      tools: [{ name: "weather", description: "of a city", input_schema: { type: "object" } }],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      stop_sequences: ["END"],
      top_k: 5,
      thinking: { type: "disabled" },
      stream: true,
    });
    expect({ model, stream }).toEqual({ model: "m", stream: true });
    expect(body).toEqual({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Weather?" },
        {
          role: "assistant",
          content: "Looking.",
          reasoning_content: "Ask.",
          tool_calls: [{ id: "t1", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } }],
        },
        { role: "tool", tool_call_id: "t1", content: "rain" },
        {
          role: "user",
          content: [
            { type: "text", text: "And this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
      ],
      max_tokens: 9,
      top_k: 5,
      stop: ["END"],
      tools: [
        { type: "function", function: { name: "weather", description: "of a city", parameters: { type: "object" } } },
      ],
      tool_choice: "required",
      parallel_tool_calls: false,
      chat_template_kwargs: { enable_thinking: false },
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("streams thoughts and text as two blocks, with what was cached counted apart", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), textChunks));
    expect(events.map(({ event, data }) => [event, data["index"]])).toEqual([
      ["message_start", undefined],
      ["content_block_start", 0],
      ["content_block_delta", 0],
      ["content_block_delta", 0],
      ["content_block_stop", 0],
      ["content_block_start", 1],
      ["content_block_delta", 1],
      ["content_block_delta", 1],
      ["content_block_stop", 1],
      ["message_delta", undefined],
      ["message_stop", undefined],
    ]);
    expect(events.at(-2)!.data).toMatchObject({
      delta: { stop_reason: "end_turn" },
      usage: { input_tokens: 7, cache_read_input_tokens: 30, output_tokens: 4 },
    });
  });

  it("streams two calls as two blocks", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), callChunks));
    expect(
      events.filter(({ event }) => event === "content_block_start").map(({ data }) => data["content_block"]),
    ).toEqual([
      { type: "tool_use", id: "call_a", name: "weather", input: {} },
      { type: "tool_use", id: "call_b", name: "time", input: {} },
    ]);
    const parts = events.filter(({ event }) => event === "content_block_delta").map(({ data }) => data);
    expect(parts.map(({ index, delta }) => [index, delta])).toEqual([
      [0, { type: "input_json_delta", partial_json: '{"city":' }],
      [0, { type: "input_json_delta", partial_json: '"Paris"}' }],
      [1, { type: "input_json_delta", partial_json: "{}" }],
    ]);
    expect(events.at(-2)!.data).toMatchObject({ delta: { stop_reason: "tool_use" } });
  });

  it("answers whole, with broken arguments as text", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{broken" } };
    const message = { role: "assistant", content: "Hi", tool_calls: [call] };
    const whole = ask({}).answers!.whole({ id: "chatcmpl-1", choices: [{ message, finish_reason: "tool_calls" }] });
    expect(whole).toMatchObject({
      id: "msg_1",
      content: [
        { type: "text", text: "Hi" },
        { type: "tool_use", id: "c", name: "f", input: { arguments: "{broken" } },
      ],
      stop_reason: "tool_use",
    });
  });

  it("ends in an orderly way after a stream of nothing", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), []));
    expect(events.map(({ event }) => event)).toEqual(["message_start", "message_delta", "message_stop"]);
  });

  it("says where a reply was cut by its limit", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), [chunk({ content: "a" }, "length")]));
    expect(events.at(-2)!.data).toMatchObject({ delta: { stop_reason: "max_tokens" } });
  });

  it.each([
    ["no limit", { max_tokens: undefined }, "max_tokens: expected a number of tokens, got nothing"],
    ["a role", { messages: [{ role: "robot", content: "x" }] }, "messages[0].role"],
    ["a document", { messages: [{ role: "user", content: [{ type: "document" }] }] }, "messages[0].content[0].type"],
    ["a server's tool", { tools: [{ type: "bash_20250124", name: "bash" }] }, "tools[0].type"],
    ["a number as text", { temperature: "hot" }, 'temperature: expected a number, got \\"hot\\"'],
  ])("refuses %s and says where", (_, body, said) => {
    const base = { model: "m", max_tokens: 9, messages: [] };
    const { status, text } = refusalOf(ANTHROPIC, "/v1/messages", { ...base, ...body });
    expect(status).toBe(400);
    expect(text).toContain(said);
    expect(JSON.parse(text)).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  });
});

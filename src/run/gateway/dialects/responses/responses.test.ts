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
import { RESPONSES } from "./index.ts";

const ask = (body: Record<string, unknown>) =>
  translate(RESPONSES, "/v1/responses", { model: "m", input: "Hi", ...body });

describe("OpenAI's Responses", () => {
  it("translates instructions, items and functions", () => {
    const { body } = ask({
      instructions: "Be brief.",
      input: [
        { role: "user", content: [{ type: "input_text", text: "Weather?" }] },
        { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "Hm" }] },
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "Looking." }] },
        { type: "function_call", call_id: "c1", name: "weather", arguments: "{}" },
        { type: "function_call", call_id: "c2", name: "time", arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "rain" },
      ],
      tools: [{ type: "function", name: "weather", parameters: { type: "object" }, strict: true }],
      tool_choice: { type: "function", name: "weather" },
      text: { format: { type: "json_schema", name: "w", schema: { type: "object" } } },
      max_output_tokens: 5,
    });
    expect(body).toEqual({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Weather?" },
        {
          role: "assistant",
          content: "Looking.",
          reasoning_content: "Hm",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "weather", arguments: "{}" } },
            { id: "c2", type: "function", function: { name: "time", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "rain" },
      ],
      max_tokens: 5,
      tools: [{ type: "function", function: { name: "weather", parameters: { type: "object" }, strict: true } }],
      tool_choice: { type: "function", function: { name: "weather" } },
      response_format: { type: "json_schema", json_schema: { name: "w", strict: true, schema: { type: "object" } } },
      stream: false,
    });
  });

  it("numbers its events and builds two items", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), textChunks));
    expect(events.map(({ data }) => data["sequence_number"])).toEqual(events.map((_, index) => index));
    expect(events.map(({ event }) => event.replace("response.", ""))).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "reasoning_text.delta",
      "reasoning_text.delta",
      "reasoning_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.at(-1)!.data["response"]).toMatchObject({
      id: "resp_7",
      status: "completed",
      output: [{ type: "reasoning" }, { type: "message", content: [{ text: "Paris" }] }],
      usage: { input_tokens: 37, input_tokens_details: { cached_tokens: 30 }, output_tokens: 4, total_tokens: 41 },
    });
  });

  it("streams calls, and says the same whole", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), callChunks));
    const calls = [
      { type: "function_call", call_id: "call_a", name: "weather", arguments: '{"city":"Paris"}' },
      { type: "function_call", call_id: "call_b", name: "time", arguments: "{}" },
    ];
    expect(events.at(-1)!.data["response"]).toMatchObject({ output: calls });
    const done = events.filter(({ event }) => event === "response.function_call_arguments.done");
    expect(done.map(({ data }) => data["arguments"])).toEqual(['{"city":"Paris"}', "{}"]);
  });

  it("is incomplete where the limit cut it", () => {
    const events = serverSentEvents(streamOf(ask({ stream: true }), [chunk({ content: "a" }, "length")]));
    expect(events.at(-1)!.event).toBe("response.incomplete");
    expect(events.at(-1)!.data["response"]).toMatchObject({ incomplete_details: { reason: "max_output_tokens" } });
  });

  it.each([
    ["a stored conversation", { previous_response_id: "resp_1" }, "previous_response_id"],
    ["the background", { background: true }, "background"],
    ["a server's tool", { tools: [{ type: "web_search" }] }, "tools[0].type"],
    ["a part", { input: [{ role: "user", content: [{ type: "input_file" }] }] }, "input[0].content[0].type"],
  ])("refuses %s and names the field", (_, body, field) => {
    const { status, text } = refusalOf(RESPONSES, "/v1/responses", { model: "m", input: "x", ...body });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { param: field, type: "invalid_request_error" } });
  });
});

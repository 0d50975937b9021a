import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Dialect, EngineRequest } from "../dialect.ts";
import { isFields, type Fields } from "../../../client/index.ts";

/** The request a dialect makes of a client's body. */
export function translate(dialect: Dialect, path: string, body: Fields): EngineRequest {
  const route = dialect.routes.find((candidate) => candidate.path === path);
  if (route === undefined) throw new Error(`${dialect.name} has no route ${path}`);
  return route.translate(body);
}

/** All a client receives for the events of an engine's stream. */
export function streamOf(request: EngineRequest, events: readonly Fields[]): string {
  const { answers } = request;
  if (answers === undefined) throw new Error("this route passes bytes through");
  return events.map((event) => answers.event(event)).join("") + answers.end();
}

/** Server-sent events by name and data. */
export function serverSentEvents(text: string): { event: string; data: Fields }[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [first = "", second = ""] = block.split("\n");
      const data: unknown = JSON.parse(second.replace(/^data: /, ""));
      if (!isFields(data)) throw new Error(`no object: ${second}`);
      return { event: first.replace(/^event: /, ""), data };
    });
}

/** An engine's event as llama-server writes it. */
export function chunk(delta: Fields, finish: string | null = null): Fields {
  return { id: "chatcmpl-7", created: 1_795_540_680, choices: [{ index: 0, delta, finish_reason: finish }] };
}

export function usageChunk(prompt: number, cached: number, completion: number, timings?: Fields): Fields {
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
  return { id: "chatcmpl-7", created: 1_795_540_680, choices: [], usage, ...(timings && { timings }) };
}

export const callChunks: readonly Fields[] = [
  chunk({ role: "assistant", content: null }),
  chunk({ tool_calls: [{ index: 0, id: "call_a", type: "function", function: { name: "weather", arguments: "" } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"Paris"}' } }] }),
  chunk({ tool_calls: [{ index: 1, id: "call_b", type: "function", function: { name: "time", arguments: "{}" } }] }),
  chunk({}, "tool_calls"),
  usageChunk(20, 0, 9),
];

export const textChunks: readonly Fields[] = [
  chunk({ role: "assistant", content: null }),
  chunk({ reasoning_content: "Hm" }),
  chunk({ reasoning_content: "." }),
  chunk({ content: "Par" }),
  chunk({ content: "is" }),
  chunk({}, "stop"),
  usageChunk(37, 30, 4, { prompt_ms: 12.5, predicted_ms: 40 }),
];

/** The refusal of a body: its HTTP status and text. */
export function refusalOf(dialect: Dialect, path: string, body: Fields): { status: number; text: string } {
  try {
    translate(dialect, path, body);
  } catch (error) {
    if (!(error instanceof LoadoutError)) throw error;
    const { status, body: text } = dialect.error(error);
    return { status, text };
  }
  throw new Error("it was taken");
}

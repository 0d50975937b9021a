import type { Fields } from "../../../client/index.ts";
import type { CountedText } from "../dialect.ts";
import { isFields } from "../fields.ts";
import { messagesRequest } from "./request.ts";

/** What chat templates write around a message: who speaks, where it ends, a line break or two. */
const TOKENS_A_MESSAGE = 5;

/**
 * What a conversation is made of, for counting its tokens before it is sent: every text, call and tool of it. Images are not
 * counted, and the template's own words only by their usual number, as the count is an estimate by its definition.
 */
export function countedText(body: Fields): CountedText {
  const { model, body: asked } = messagesRequest({ ...body, max_tokens: 1, stream: false });
  const messages = Array.isArray(asked["messages"]) ? asked["messages"].filter(isFields) : [];
  const tools: readonly unknown[] = Array.isArray(asked["tools"]) ? asked["tools"] : [];
  const texts = [...messages.flatMap(textsOf), ...tools.map((tool) => JSON.stringify(tool))];
  return { model, text: texts.join("\n"), besides: TOKENS_A_MESSAGE * (messages.length + 1) };
}

function textsOf({ content, reasoning_content: thoughts, tool_calls: calls }: Fields): string[] {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  const said = parts.map((part) => (isFields(part) ? part["text"] : part));
  const called = Array.isArray(calls) ? calls.map((call) => JSON.stringify(call)) : [];
  return [thoughts, ...said, ...called].filter((text) => typeof text === "string");
}

import { isFields } from "../../../home/index.ts";
import type { TemplateMessage } from "../template/index.ts";
import { cannot, wrong } from "./fields.ts";

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

/** OpenAI's messages, checked, as templates know them. */
export function chatMessages(given: readonly unknown[] | undefined): TemplateMessage[] {
  if (!given || given.length === 0) throw wrong("messages", "a list with a message", given);
  return given.map((message, index) => chatMessage(message, `messages[${index}]`));
}

function chatMessage(given: unknown, field: string): TemplateMessage {
  if (!isFields(given)) throw wrong(field, "a message", given);
  const { role, name, reasoning_content: reasoning, tool_call_id: callId } = given;
  if (typeof role !== "string" || !ROLES.has(role)) throw wrong(`${field}.role`, [...ROLES].join(", "), role);
  const calls = given["tool_calls"] ?? undefined;
  if (calls !== undefined && !Array.isArray(calls)) throw wrong(`${field}.tool_calls`, "a list", calls);
  const toolCalls = calls?.map((call: unknown, index) => toolCall(call, `${field}.tool_calls[${index}]`));
  const content = given["content"] ?? undefined;
  if (content === undefined && !toolCalls && role !== "assistant") throw wrong(`${field}.content`, "text", content);
  return {
    role: role === "developer" ? "system" : role,
    content: text(content, `${field}.content`),
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof reasoning === "string" ? { reasoning_content: reasoning } : {}),
    ...(typeof callId === "string" ? { tool_call_id: callId } : {}),
    ...(toolCalls && toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
}

/** Text, or parts of which each is text. */
function text(content: unknown, field: string): string {
  if (content === undefined) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw wrong(field, "text, or a list of parts", content);
  const parts = content.map((part: unknown, index) => {
    if (!isFields(part)) throw wrong(`${field}[${index}]`, "a part", part);
    if (part["type"] !== "text") throw cannot(`parts of the type ${JSON.stringify(part["type"])}: only text`);
    if (typeof part["text"] !== "string") throw wrong(`${field}[${index}].text`, "text", part["text"]);
    return part["text"];
  });
  return parts.join("\n");
}

/** Templates print arguments as values; what is no JSON stays text. */
function toolCall(given: unknown, field: string): NonNullable<TemplateMessage["tool_calls"]>[number] {
  const inner = isFields(given) ? given["function"] : undefined;
  if (!isFields(given) || !isFields(inner) || typeof inner["name"] !== "string")
    throw wrong(field, "a call of a function", given);
  const { id } = given;
  return {
    id: typeof id === "string" ? id : "",
    type: "function",
    function: { name: inner["name"], arguments: argumentsOf(inner["arguments"]) },
  };
}

function argumentsOf(given: unknown): unknown {
  if (typeof given !== "string") return given ?? {};
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

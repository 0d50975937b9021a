import type { EngineRequest } from "../dialect.ts";
import {
  content,
  jsonSchema,
  streamed,
  tool,
  type EngineCall,
  type EngineContent,
  type EngineMessage,
} from "../engine/request.ts";
import { type Fields } from "../../../client/index.ts";
import { present, Reader } from "../fields.ts";
import { AnthropicAnswers } from "./answers.ts";

/** `/v1/messages` as a chat in OpenAI's dialect. */
export function messagesRequest(body: Fields): EngineRequest {
  const fields = new Reader(body);
  const model = fields.text("model") ?? "";
  const stream = fields.flag("stream") ?? false;
  const maxTokens = fields.number("max_tokens") ?? fields.refuse("max_tokens", "a number of tokens");
  const format = fields.object("output_config")?.object("format");
  return {
    model,
    stream,
    body: present({
      messages: [...systemMessages(fields), ...messages(fields)],
      max_tokens: maxTokens,
      temperature: fields.number("temperature"),
      top_p: fields.number("top_p"),
      top_k: fields.number("top_k"),
      stop: fields.texts("stop_sequences"),
      tools: fields.objects("tools")?.map(toolOf),
      ...toolChoice(fields.object("tool_choice")),
      ...thinking(fields.object("thinking")),
      response_format: format && jsonSchema("answer", format.raw("schema") ?? format.refuse("schema", "a JSON schema")),
      user: fields.object("metadata")?.text("user_id"),
      ...streamed(stream),
    }),
    answers: new AnthropicAnswers(model),
  };
}

function systemMessages(fields: Reader): EngineMessage[] {
  const system = typeof fields.raw("system") === "string" ? fields.text("system") : joined(fields.objects("system"));
  return system === undefined || system === "" ? [] : [{ role: "system", content: system }];
}

function joined(blocks: readonly Reader[] | undefined): string | undefined {
  return blocks?.map((block) => block.needText("text")).join("\n");
}

function messages(fields: Reader): EngineMessage[] {
  const list = fields.objects("messages") ?? fields.refuse("messages", "a list of messages");
  return list.flatMap((message) => {
    const role = message.needText("role");
    if (role !== "user" && role !== "assistant" && role !== "system")
      return message.refuse("role", '"user", "assistant" or "system"');
    if (typeof message.raw("content") === "string") return [{ role, content: message.needText("content") }];
    const blocks = message.objects("content") ?? message.refuse("content", "text or a list of blocks");
    return role === "assistant" ? [assistant(blocks)] : userMessages(role, blocks);
  });
}

/** What the model said before: text, thoughts, calls. */
function assistant(blocks: readonly Reader[]): EngineMessage {
  const text: EngineContent[] = [];
  const calls: EngineCall[] = [];
  let thoughts = "";
  for (const block of blocks) {
    const type = block.needText("type");
    if (type === "text") text.push({ type, text: block.needText("text") });
    else if (type === "thinking") thoughts += block.needText("thinking");
    else if (type === "tool_use") calls.push(call(block));
    else if (type !== "redacted_thinking") block.unsupported("type", `a block of type ${type}`, SUPPORTED);
  }
  return {
    role: "assistant",
    content: text.length > 0 ? content(text) : calls.length > 0 ? null : "",
    ...(thoughts === "" ? {} : { reasoning_content: thoughts }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function call(block: Reader): EngineCall {
  const name = block.needText("name");
  return {
    id: block.needText("id"),
    type: "function",
    function: { name, arguments: JSON.stringify(block.raw("input") ?? {}) },
  };
}

/** Results of tools are messages of their own, before what the person says beside them. */
function userMessages(role: "user" | "system", blocks: readonly Reader[]): EngineMessage[] {
  const results: EngineMessage[] = [];
  const parts: EngineContent[] = [];
  for (const block of blocks) {
    if (block.text("type") !== "tool_result") parts.push(part(block));
    else results.push({ role: "tool", tool_call_id: block.needText("tool_use_id"), content: resultText(block) });
  }
  return parts.length === 0 ? results : [...results, { role, content: content(parts) }];
}

function resultText(block: Reader): string | readonly EngineContent[] {
  const isText = typeof block.raw("content") === "string";
  return isText ? block.needText("content") : content((block.objects("content") ?? []).map(part));
}

function part(block: Reader): EngineContent {
  const type = block.needText("type");
  if (type === "text") return { type, text: block.needText("text") };
  if (type !== "image") return block.unsupported("type", `a block of type ${type}`, SUPPORTED);
  const source = block.object("source") ?? block.refuse("source", "where the image is");
  const kind = source.needText("type");
  if (kind === "url") return { type: "image_url", image_url: { url: source.needText("url") } };
  if (kind !== "base64")
    return source.unsupported("type", `an image of type ${kind}`, "Send it as base64 or as a URL.");
  const url = `data:${source.needText("media_type")};base64,${source.needText("data")}`;
  return { type: "image_url", image_url: { url } };
}

const SUPPORTED = "Send blocks of type text, image, tool_use, tool_result or thinking.";

function toolOf(fields: Reader): unknown {
  const type = fields.text("type") ?? "custom";
  if (type !== "custom")
    fields.unsupported("type", `a tool of type ${type}`, "Only tools that the client runs are known.");
  const schema = fields.raw("input_schema") ?? fields.refuse("input_schema", "a JSON schema");
  return tool(fields.needText("name"), fields.text("description"), schema, fields.flag("strict"));
}

function toolChoice(choice: Reader | undefined): Fields {
  if (choice === undefined) return {};
  const parallel = choice.flag("disable_parallel_tool_use") === true ? { parallel_tool_calls: false } : {};
  switch (choice.needText("type")) {
    case "auto":
      return { tool_choice: "auto", ...parallel };
    case "any":
      return { tool_choice: "required", ...parallel };
    case "none":
      return { tool_choice: "none" };
    case "tool":
      return { tool_choice: { type: "function", function: { name: choice.needText("name") } }, ...parallel };
    default:
      return choice.refuse("type", '"auto", "any", "tool" or "none"');
  }
}

/** Templates know only whether to think; how long is left to the engine. */
function thinking(fields: Reader | undefined): Fields {
  const type = fields?.needText("type");
  if (type === undefined || type === "adaptive" || type === "between_tools") return {};
  return { chat_template_kwargs: { enable_thinking: type === "enabled" } };
}

import type { EngineRequest } from "../dialect.ts";
import {
  content as contentOf,
  jsonSchema,
  streamed,
  tool,
  type EngineCall,
  type EngineContent,
  type EngineMessage,
} from "../engine/request.ts";
import { type Fields } from "../../../client/index.ts";
import { present, Reader } from "../fields.ts";
import { ResponsesAnswers } from "./answers.ts";

/** `/v1/responses`, text: nothing is stored, so each request brings its whole conversation. */
export function responsesRequest(body: Fields): EngineRequest {
  const fields = new Reader(body);
  for (const name of ["previous_response_id", "conversation"])
    if (fields.raw(name) !== undefined)
      fields.unsupported(name, "a conversation kept by the server", "Send the whole conversation as `input`.");
  if (fields.flag("background") === true)
    fields.unsupported("background", "a response in the background", "Ask with `stream`, or use the batch lane.");
  const stream = fields.flag("stream") ?? false;
  const model = fields.text("model") ?? "";
  return {
    model,
    stream,
    body: present({
      messages: [...instructions(fields), ...input(fields)],
      max_tokens: fields.number("max_output_tokens"),
      temperature: fields.number("temperature"),
      top_p: fields.number("top_p"),
      tools: fields.objects("tools")?.map(toolOf),
      tool_choice: toolChoice(fields),
      parallel_tool_calls: fields.flag("parallel_tool_calls"),
      response_format: format(fields.object("text")?.object("format")),
      ...effort(fields.object("reasoning")),
      user: fields.text("user"),
      ...streamed(stream),
    }),
    answers: new ResponsesAnswers(model, body),
  };
}

function instructions(fields: Reader): EngineMessage[] {
  const text = fields.text("instructions");
  return text === undefined ? [] : [{ role: "system", content: text }];
}

function input(fields: Reader): EngineMessage[] {
  if (typeof fields.raw("input") === "string") return [{ role: "user", content: fields.needText("input") }];
  const items = fields.objects("input") ?? fields.refuse("input", "text or a list of items");
  const messages: EngineMessage[] = [];
  let thoughts = "";
  for (const item of items) {
    const type = item.text("type") ?? "message";
    if (type === "reasoning") thoughts += thoughtsOf(item);
    else if (type === "function_call") addCall(messages, item);
    else if (type === "function_call_output")
      messages.push({ role: "tool", tool_call_id: item.needText("call_id"), content: partsOf(item, "output") });
    else if (type === "message") messages.push(message(item, thoughts));
    else
      item.unsupported("type", `an item of type ${type}`, "Send messages, function calls, their outputs, reasoning.");
    if (type === "message") thoughts = "";
  }
  return messages;
}

function message(item: Reader, thoughts: string): EngineMessage {
  const role = item.needText("role");
  const content = partsOf(item, "content");
  if (role === "developer" || role === "system") return { role: "system", content };
  if (role === "user") return { role, content };
  if (role === "assistant") return { role, content, ...(thoughts === "" ? {} : { reasoning_content: thoughts }) };
  return item.refuse("role", '"user", "assistant", "system" or "developer"');
}

/** Calls made in one turn stand in one message, with the text said before them. */
function addCall(messages: EngineMessage[], item: Reader): void {
  const call: EngineCall = {
    id: item.needText("call_id"),
    type: "function",
    function: { name: item.needText("name"), arguments: item.needText("arguments") },
  };
  const last = messages.at(-1);
  if (last?.role === "assistant")
    messages[messages.length - 1] = { ...last, tool_calls: [...(last.tool_calls ?? []), call] };
  else messages.push({ role: "assistant", content: null, tool_calls: [call] });
}

function thoughtsOf(item: Reader): string {
  return (item.objects("content") ?? []).map((part) => part.text("text") ?? "").join("");
}

function partsOf(item: Reader, name: string): string | readonly EngineContent[] {
  if (typeof item.raw(name) === "string") return item.needText(name);
  const parts = item.objects(name) ?? item.refuse(name, "text or a list of parts");
  return contentOf(
    parts.map((part): EngineContent => {
      const type = part.needText("type");
      if (type === "input_text" || type === "output_text") return { type: "text", text: part.needText("text") };
      if (type === "refusal") return { type: "text", text: part.needText("refusal") };
      if (type === "input_image") return { type: "image_url", image_url: { url: part.needText("image_url") } };
      return part.unsupported("type", `a part of type ${type}`, "Send text, or images by address or as data.");
    }),
  );
}

function toolOf(fields: Reader): unknown {
  const type = fields.needText("type");
  if (type !== "function")
    fields.unsupported("type", `a tool of type ${type}`, "Only functions that the client runs are known.");
  return tool(fields.needText("name"), fields.text("description"), fields.raw("parameters"), fields.flag("strict"));
}

function toolChoice(fields: Reader): unknown {
  const value = fields.raw("tool_choice");
  if (value === undefined || typeof value === "string") return value;
  const choice = fields.object("tool_choice")!;
  if (choice.text("type") !== "function")
    choice.unsupported(
      "type",
      "a choice among the server's own tools",
      'Use "auto", "none", "required" or a function.',
    );
  return { type: "function", function: { name: choice.needText("name") } };
}

function format(fields: Reader | undefined): unknown {
  const type = fields?.needText("type");
  if (fields === undefined || type === "text") return undefined;
  if (type === "json_object") return { type };
  if (type !== "json_schema") return fields.refuse("type", '"text", "json_object" or "json_schema"');
  return jsonSchema(fields.text("name") ?? "answer", fields.raw("schema"), fields.flag("strict") ?? true);
}

function effort(fields: Reader | undefined): Fields {
  const value = fields?.text("effort");
  if (value === undefined) return {};
  return { chat_template_kwargs: { enable_thinking: value !== "none", reasoning_effort: value } };
}

import type { EngineRequest } from "../dialect.ts";
import { jsonSchema, streamed, type EngineContent, type EngineMessage } from "../engine/request.ts";
import { isFields, type Fields } from "../../../client/index.ts";
import { present, Reader } from "../fields.ts";
import { OllamaAnswers, type Place } from "./answers.ts";

/** `/api/chat` as a chat in OpenAI's dialect. */
export function chatRequest(body: Fields, now: () => number): EngineRequest {
  const fields = new Reader(body);
  return request(fields, messagesOf(fields), tools(fields), "message", now);
}

/** `/api/generate`: one question, with the model's template around it. */
export function generateRequest(body: Fields, now: () => number): EngineRequest {
  const fields = new Reader(body);
  if (fields.flag("raw") === true) fields.unsupported("raw", "a prompt without a template", "Use /v1/completions.");
  if (fields.text("suffix")) fields.unsupported("suffix", "filling in the middle", "Ask for the continuation only.");
  if (fields.text("template")) fields.unsupported("template", "another template", "The model's own is used.");
  const system = fields.text("system") ?? "";
  const asked = messageContent(fields.text("prompt") ?? "", fields.texts("images"));
  const messages: EngineMessage[] = [
    ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
    { role: "user", content: asked },
  ];
  return request(fields, messages, {}, "response", now);
}

export function modelName(fields: Reader): string {
  return fields.needText("model").replace(/:latest$/, "");
}

/** `num_ctx`, `num_gpu` and the like belong to loading and were decided then; only what samples is passed on. */
function request(
  fields: Reader,
  messages: readonly EngineMessage[],
  more: Fields,
  place: Place,
  now: () => number,
): EngineRequest {
  const options = fields.object("options") ?? new Reader({});
  const limit = options.number("num_predict");
  const stream = fields.flag("stream") ?? true;
  return {
    model: modelName(fields),
    stream,
    body: present({
      messages,
      max_tokens: limit === undefined || limit < 0 ? undefined : limit,
      temperature: options.number("temperature"),
      top_k: options.number("top_k"),
      top_p: options.number("top_p"),
      min_p: options.number("min_p"),
      seed: options.number("seed"),
      repeat_penalty: options.number("repeat_penalty"),
      presence_penalty: options.number("presence_penalty"),
      frequency_penalty: options.number("frequency_penalty"),
      stop: typeof options.raw("stop") === "string" ? [options.needText("stop")] : options.texts("stop"),
      response_format: format(fields),
      ...think(fields),
      ...more,
      ...streamed(stream),
    }),
    answers: new OllamaAnswers(fields.needText("model"), place, now),
  };
}

/** Ollama's messages have no ids for calls: they are given by order, and a result answers the first call of its name. */
function messagesOf(fields: Reader): EngineMessage[] {
  const open: { id: string; name: string }[] = [];
  const list = fields.objects("messages") ?? fields.refuse("messages", "a list of messages");
  if (list.length === 0) fields.refuse("messages", "at least one message");
  return list.map((message, place): EngineMessage => {
    const role = message.needText("role");
    const text = message.text("content") ?? "";
    if (role === "system" || role === "user") return { role, content: messageContent(text, message.texts("images")) };
    if (role === "tool") return { role, content: text, tool_call_id: answered(open, message.text("tool_name")) };
    if (role !== "assistant") return message.refuse("role", '"system", "user", "assistant" or "tool"');
    const calls = (message.objects("tool_calls") ?? []).map((call, index) => {
      const about = call.object("function") ?? call.refuse("function", "what is called");
      const name = about.needText("name");
      const id = `call_${place}_${index}`;
      open.push({ id, name });
      return {
        id,
        type: "function" as const,
        function: { name, arguments: JSON.stringify(about.raw("arguments") ?? {}) },
      };
    });
    const thinking = message.text("thinking") ?? "";
    return {
      role,
      content: text === "" && calls.length > 0 ? null : text,
      ...(thinking === "" ? {} : { reasoning_content: thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  });
}

function answered(open: { id: string; name: string }[], name: string | undefined): string {
  const found = open.findIndex((call) => name === undefined || call.name === name);
  return found < 0 ? "call_unknown" : open.splice(found, 1)[0]!.id;
}

function messageContent(text: string, images: readonly string[] | undefined): string | readonly EngineContent[] {
  if (images === undefined || images.length === 0) return text;
  const pictures = images.map((image) => ({ type: "image_url" as const, image_url: { url: dataUrl(image) } }));
  return [...(text === "" ? [] : [{ type: "text" as const, text }]), ...pictures];
}

/** Images come as base64 alone; what they are, their first bytes say. */
function dataUrl(image: string): string {
  const kind = Object.entries(MAGIC).find(([start]) => image.startsWith(start))?.[1] ?? "image/jpeg";
  return `data:${kind};base64,${image}`;
}

const MAGIC: Readonly<Record<string, string>> = {
  iVBOR: "image/png",
  "/9j/": "image/jpeg",
  R0lG: "image/gif",
  UklG: "image/webp",
};

function tools(fields: Reader): Fields {
  const list = fields.list("tools");
  return list === undefined || list.length === 0 ? {} : { tools: list };
}

function format(fields: Reader): unknown {
  const value = fields.raw("format");
  if (value === undefined || value === "") return undefined;
  if (value === "json") return { type: "json_object" };
  return isFields(value) ? jsonSchema("answer", value) : fields.refuse("format", '"json" or a JSON schema');
}

function think(fields: Reader): Fields {
  const value = fields.raw("think");
  if (value === undefined) return {};
  if (typeof value === "boolean") return { chat_template_kwargs: { enable_thinking: value } };
  if (typeof value !== "string") return fields.refuse("think", 'true, false, "low", "medium" or "high"');
  return { chat_template_kwargs: { enable_thinking: true, reasoning_effort: value } };
}

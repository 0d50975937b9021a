import { present } from "../fields.ts";

/** A chat in OpenAI's dialect: what every other dialect is translated into. */
export interface EngineMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly EngineContent[] | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly EngineCall[];
  readonly tool_call_id?: string;
}

export type EngineContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string } };

export interface EngineCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface EngineTool {
  readonly type: "function";
  readonly function: Readonly<Record<string, unknown>>;
}

export function tool(name: string, description: string | undefined, parameters: unknown, strict?: boolean): EngineTool {
  return { type: "function", function: present({ name, description, parameters, strict }) };
}

export function jsonSchema(name: string, schema: unknown, strict = true): unknown {
  return { type: "json_schema", json_schema: { name, strict, schema } };
}

/** One part of text alone is sent as text: templates without parts take nothing else. */
export function content(parts: readonly EngineContent[]): string | readonly EngineContent[] {
  return parts.every(({ type }) => type === "text")
    ? parts.map((part) => (part.type === "text" ? part.text : "")).join("\n")
    : parts;
}

/** A stream is asked for its usage: the other dialects always end with it. */
export function streamed(stream: boolean): Readonly<Record<string, unknown>> {
  return stream ? { stream: true, stream_options: { include_usage: true } } : { stream: false };
}

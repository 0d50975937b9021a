import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { LoadoutError } from "../../facts/errors/index.ts";
import { isFields, messageOf } from "../home/index.ts";
import type { ClientEndpoint } from "./endpoint.ts";

/**
 * One request on a connection of its own: servers that close after a stream while saying keep-alive cost nobody a request
 * that way. Without time limits: a slow model may take minutes to its first token, and `signal` is there.
 */
export async function send(
  endpoint: ClientEndpoint,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(`${endpoint.base}${path}`);
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(endpoint.key === undefined ? {} : { authorization: `Bearer ${endpoint.key}` }),
  };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(url, { method, headers, agent: false, ...(signal ? { signal } : {}) }, resolve);
      sent.setNoDelay(true);
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
    if (answer.statusCode !== undefined && answer.statusCode < 300) return answer;
    const { message, type } = failureIn(await textOf(answer));
    const status = answer.statusCode ?? 0;
    const code = isTooLong(type, message) ? "endpoint-context" : "endpoint-refused";
    throw new LoadoutError(code, { url: endpoint.base, status, got: message, kind: type });
  } catch (error) {
    if (error instanceof LoadoutError) throw error;
    if (signal?.aborted === true) throw new LoadoutError("interrupted", {}, { cause: error });
    throw new LoadoutError("endpoint-unreachable", { url: endpoint.base, got: messageOf(error) }, { cause: error });
  }
}

/** A JSON answer. Throws `endpoint-unreadable` where it is none. */
export async function getJson(endpoint: ClientEndpoint, path: string, signal?: AbortSignal): Promise<unknown> {
  const text = await textOf(await send(endpoint, "GET", path, undefined, signal));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const got = text.slice(0, 80);
    throw new LoadoutError("endpoint-unreadable", { url: `${endpoint.base}${path}`, got }, { cause: error });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += String(part);
  return text;
}

/** What a server said of its refusal: OpenAI's, Anthropic's and Ollama's shapes, or its first words. */
export function failureIn(text: string): { readonly message: string; readonly type: string } {
  try {
    const parsed: unknown = JSON.parse(text);
    const error = isFields(parsed) ? (parsed.error ?? parsed) : parsed;
    if (typeof error === "string") return { message: error, type: "" };
    if (isFields(error) && typeof error.message === "string")
      return { message: error.message, type: typeof error.type === "string" ? error.type : "" };
  } catch {
    // no JSON: its text is all there is
  }
  return { message: text.trim().slice(0, 200) || "nothing", type: "" };
}

/** A conversation longer than the server's context, in llama.cpp's word for it or OpenAI's. */
function isTooLong(type: string, message: string): boolean {
  return type === "exceed_context_size_error" || /^prompt is too long|maximum context length/i.test(message);
}

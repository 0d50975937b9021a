import type { Endpoint } from "../../engine/index.ts";
import type { Operation } from "../dialects/dialect.ts";
import type { Target } from "./ask.ts";

/** Where engines answer in OpenAI's dialect. */
export const OPERATION_PATHS: Readonly<Record<Operation, string>> = {
  chat: "/v1/chat/completions",
  completions: "/v1/completions",
  embeddings: "/v1/embeddings",
  rerank: "/v1/rerank",
};

const known = new WeakMap<Endpoint, Target>();

/** An endpoint taken apart. Remembered by endpoint: a restarted engine has another. */
export function targetOf(endpoint: Endpoint): Target {
  let target = known.get(endpoint);
  if (!target) {
    const url = new URL(endpoint.url);
    const secure = url.protocol === "https:";
    const headers: Record<string, string> = { host: url.host };
    for (const [name, value] of Object.entries(endpoint.headers)) headers[name.toLowerCase()] = value;
    headers["content-type"] = "application/json";
    target = {
      secure,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      base: url.pathname.replace(/\/+$/, ""),
      headers: Object.entries(headers).flat(),
    };
    known.set(endpoint, target);
  }
  return target;
}

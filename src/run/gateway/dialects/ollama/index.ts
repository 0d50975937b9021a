import type { Dialect } from "../dialect.ts";
import { embedRequest, oldEmbedRequest } from "./embed.ts";
import { LISTINGS } from "./listings.ts";
import { chatRequest, generateRequest } from "./request.ts";

/** Ollama's own API, for the clients people already have. `now`: milliseconds of a monotonic clock, for its durations. */
export function ollamaDialect(now: () => number): Dialect {
  return {
    name: "ollama",
    routes: [
      { method: "POST", path: "/api/chat", operation: "chat", translate: (body) => chatRequest(body, now) },
      { method: "POST", path: "/api/generate", operation: "chat", translate: (body) => generateRequest(body, now) },
      { method: "POST", path: "/api/embed", operation: "embeddings", translate: embedRequest },
      { method: "POST", path: "/api/embeddings", operation: "embeddings", translate: oldEmbedRequest },
    ],
    listings: LISTINGS,
    prefixes: ["/api/"],
    error: (error) => ({
      status: error.httpStatus,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ error: `${error.message}. ${error.hint}` }),
    }),
    streamError: (error) => `${JSON.stringify({ error: `${error.message}. ${error.hint}` })}\n`,
  };
}

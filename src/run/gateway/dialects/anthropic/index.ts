import type { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Dialect } from "../dialect.ts";
import { countedText } from "./count.ts";
import { messagesRequest } from "./request.ts";

/** Anthropic's Messages: the words that its own SDK and tools built on it speak. */
export const ANTHROPIC: Dialect = {
  name: "anthropic",
  routes: [{ method: "POST", path: "/v1/messages", operation: "chat", translate: messagesRequest }],
  counts: [{ path: "/v1/messages/count_tokens", text: countedText, answer: (tokens) => ({ input_tokens: tokens }) }],
  prefixes: ["/v1/messages"],
  error: (error) => ({
    status: error.httpStatus,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(failure(error)),
  }),
  streamError: (error) => `event: error\ndata: ${JSON.stringify(failure(error))}\n\n`,
};

function failure(error: LoadoutError): unknown {
  const type = TYPES[error.httpStatus] ?? (error.httpStatus < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message: `${error.message}. ${error.hint}` } };
}

/** The error types of Anthropic's documentation, by HTTP status. */
const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

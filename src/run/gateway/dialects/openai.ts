import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Dialect, DialectRoute, EngineRequest, Operation } from "./dialect.ts";

/** OpenAI's own words: requests and answers pass as they are, only the fields the gateway acts on are read. */
export const openaiDialect: Dialect = {
  name: "openai",
  routes: [
    route("/v1/chat/completions", "chat", "messages"),
    route("/v1/completions", "completions", "prompt"),
    route("/v1/embeddings", "embeddings", "input"),
    route("/v1/rerank", "rerank", "documents"),
  ],
  error(error) {
    return {
      status: error.httpStatus,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(errorBody(error)),
    };
  },
  streamError(error) {
    return `data: ${JSON.stringify(errorBody(error))}\n\ndata: [DONE]\n\n`;
  },
};

/** @param needed the field without which the operation means nothing */
function route(path: string, operation: Operation, needed: string): DialectRoute {
  const streams = operation === "chat" || operation === "completions";
  return {
    method: "POST",
    path,
    operation,
    translate(body): EngineRequest {
      const { model, stream } = body;
      if (model !== undefined && typeof model !== "string") throw invalid("model", "text", model);
      if (stream !== undefined && stream !== null && typeof stream !== "boolean") {
        throw invalid("stream", "true or false", stream);
      }
      const value = body[needed];
      if (value === undefined || value === null) throw invalid(needed, "a value", value);
      if ((needed === "messages" || needed === "documents") && !Array.isArray(value)) {
        throw invalid(needed, "a list", value);
      }
      return { model: model ?? "", stream: streams && stream === true, body };
    },
  };
}

function invalid(field: string, expected: string, got: unknown): LoadoutError {
  const kind = got === undefined ? "nothing" : got === null ? "null" : Array.isArray(got) ? "a list" : typeof got;
  return new LoadoutError("request-invalid", { field, expected, got: kind });
}

/** OpenAI's classes of errors, by status. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  415: "invalid_request_error",
  422: "invalid_request_error",
  503: "unavailable_error",
};

/** Our code, or OpenAI's own where clients act on it. */
export function openaiCode({ code }: LoadoutError): string {
  return code === "upstream-context" ? "context_length_exceeded" : code;
}

function errorBody(error: LoadoutError) {
  const { field } = error.details;
  return {
    error: {
      message: `${error.message}. ${error.hint}`,
      type: TYPES[error.httpStatus] ?? "server_error",
      param: typeof field === "string" ? field : null,
      code: openaiCode(error),
    },
  };
}

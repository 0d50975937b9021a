import { LoadoutError } from "../../../../facts/errors/index.ts";

/** OpenAI's and llama-server's words for kinds of failures, by HTTP status. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  413: "invalid_request_error",
  422: "invalid_request_error",
  501: "not_supported_error",
  503: "unavailable_error",
};

/** A failure as OpenAI's clients expect it. */
export function errorAnswer(error: unknown): { readonly status: number; readonly body: unknown } {
  const known =
    error instanceof LoadoutError
      ? error
      : new LoadoutError("engine-failed", {
          what: "a request",
          got: error instanceof Error ? error.message : String(error),
        });
  const status = known.httpStatus;
  const { field, got, expected } = known.details;
  const context =
    known.code === "engine-context-full"
      ? {
          type: "exceed_context_size_error",
          n_prompt_tokens: typeof got === "number" ? got : undefined,
          n_ctx: expected,
        }
      : {};
  return {
    status,
    body: {
      error: {
        message: known.message,
        type: TYPES[status] ?? "server_error",
        param: typeof field === "string" ? field : null,
        code: known.code,
        ...context,
      },
    },
  };
}

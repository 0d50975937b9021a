import type { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Dialect } from "../dialect.ts";
import { openaiCode } from "../openai.ts";
import { responsesRequest } from "./request.ts";

/** OpenAI's Responses, as far as text and functions go. */
export const RESPONSES: Dialect = {
  name: "responses",
  routes: [{ method: "POST", path: "/v1/responses", operation: "chat", translate: responsesRequest }],
  error: (error) => ({
    status: error.httpStatus,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ error: failure(error) }),
  }),
  streamError: (error) => `event: error\ndata: ${JSON.stringify({ ...failure(error), type: "error" })}\n\n`,
};

function failure(error: LoadoutError): Record<string, unknown> {
  const { field } = error.details;
  return {
    message: `${error.message}. ${error.hint}`,
    type: error.httpStatus < 500 ? "invalid_request_error" : "server_error",
    param: typeof field === "string" ? field : null,
    code: openaiCode(error),
  };
}

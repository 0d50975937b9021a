import { LoadoutError } from "../../../facts/errors/index.ts";
import { isFields } from "../dialects/fields.ts";

/** More of an engine's explanation is not read. */
export const FAILURE_BYTES = 64 * 1024;

/** What an engine said with a status of failure, as one of our errors. Its words are about the request and are kept short. */
export function engineFailure(status: number, body: string): LoadoutError {
  const tooLong = status >= 400 && status < 500 ? tooLongIn(body) : undefined;
  if (tooLong !== undefined) return new LoadoutError("upstream-context", { got: tooLong });
  const got = messageIn(body) || `status ${status}`;
  if (status === 401 || status === 403 || status < 400)
    return new LoadoutError("upstream-failed", { got: `status ${status}` });
  if (status === 429 || status === 503) return new LoadoutError("upstream-busy", { got });
  return new LoadoutError(status < 500 ? "upstream-refused" : "upstream-failed", { got });
}

/** The message in `{"error": {"message"}}`, `{"error": ""}`, `{"message"}`. */
export function messageIn(body: string | Readonly<Record<string, unknown>>): string {
  const value: unknown = typeof body === "string" ? parsed(body) : body;
  if (!isFields(value)) return "";
  const inner = value["error"] ?? value;
  const message = isFields(inner) ? inner["message"] : inner;
  return typeof message === "string" ? message.slice(0, 500) : "";
}

/** By how much a prompt is longer than a place of the engine, as llama.cpp's servers say it. */
function tooLongIn(body: string): string | undefined {
  const value = parsed(body);
  const error = isFields(value) ? value["error"] : undefined;
  if (!isFields(error) || error["type"] !== "exceed_context_size_error") return undefined;
  const { n_prompt_tokens: tokens, n_ctx: most } = error;
  return typeof tokens === "number" && typeof most === "number"
    ? `${tokens} tokens > ${most} maximum`
    : messageIn(body) || "the engine says so";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

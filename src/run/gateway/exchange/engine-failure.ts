import { LoadoutError } from "../../../facts/errors/index.ts";
import { isFields } from "../dialects/fields.ts";

/** More of an engine's explanation is not read. */
export const FAILURE_BYTES = 64 * 1024;

/** What an engine said with a status of failure, as one of our errors. Its words are about the request and are kept short. */
export function engineFailure(status: number, body: string): LoadoutError {
  const got = messageIn(body) || `status ${status}`;
  if (status === 401 || status === 403 || status < 400)
    return new LoadoutError("upstream-failed", { got: `status ${status}` });
  if (status === 429 || status === 503) return new LoadoutError("upstream-busy", { got });
  return new LoadoutError(status < 500 ? "upstream-refused" : "upstream-failed", { got });
}

/** The message in `{"error": {"message"}}`, `{"error": ""}`, `{"message"}`. */
export function messageIn(body: string | Readonly<Record<string, unknown>>): string {
  let value: unknown = body;
  if (typeof body === "string") {
    try {
      value = JSON.parse(body);
    } catch {
      return "";
    }
  }
  if (!isFields(value)) return "";
  const inner = value["error"] ?? value;
  const message = isFields(inner) ? inner["message"] : inner;
  return typeof message === "string" ? message.slice(0, 500) : "";
}

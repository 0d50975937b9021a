import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../facts/errors/index.ts";

/** The value of a header that comes once. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A header that holds a whole number, else undefined. */
export function numberHeader(headers: IncomingHttpHeaders, name: string): number | undefined {
  const value = header(headers, name);
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** `Content-Range: bytes 0-99/1234` (RFC 9110, 14.4); the total is undefined where the server does not tell it. */
export function contentRange(headers: IncomingHttpHeaders): { start: number; end: number; total?: number } | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header(headers, "content-range") ?? "");
  if (!match) return undefined;
  const range = { start: Number(match[1]), end: Number(match[2]) };
  return match[3] === "*" ? range : { ...range, total: Number(match[3]) };
}

/** Codes with which the hub says what is missing, also behind a 401 (`X-Error-Code`, Hugging Face hub). */
const MISSING = new Set(["RepoNotFound", "EntryNotFound", "RevisionNotFound"]);

/** The error for an answer that is not the content asked for. */
export function refusal(status: number, headers: IncomingHttpHeaders, host: string, what: string): LoadoutError {
  const reason = header(headers, "x-error-code");
  const details = { host, what, status, got: reason === undefined ? `${status}` : `${status} ${reason}` };
  if (status === 404 || status === 410 || MISSING.has(reason ?? ""))
    return new LoadoutError("remote-not-found", details);
  if (status === 401 || status === 403) return new LoadoutError("access-denied", details);
  return new LoadoutError("remote-failed", { ...details, got: `status ${details.got}` });
}

/** Whether the same request may go better in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof LoadoutError && (error.code === "network-unreachable" || error.code === "remote-failed");
}

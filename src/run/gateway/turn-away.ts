import type { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { Dialect } from "./dialects/dialect.ts";

/**
 * Answers a request that goes no further. Its body may not have been read and will not be: the connection is closed after
 * the answer, so that nothing of it can be taken for the next request.
 */
export function turnAway(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Pick<Dialect, "error">,
  error: LoadoutError,
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = dialect.error(error);
  const more: Record<string, string> = {};
  if (!request.complete) more["connection"] = "close";
  if (status === 401) more["www-authenticate"] = "Bearer";
  if (status === 405) more["allow"] = String(error.details["expected"]);
  response.writeHead(status, { ...headers, ...more, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** What cannot be read as a request at all: node's parser and its limits, by code. */
const BROKEN: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request did not come to its end in time"],
};

/** Answers bytes that are no request, and closes. */
export function turnAwayBroken(error: Error & { code?: string }, socket: Duplex): void {
  const writable = socket.writable && socket instanceof Socket && socket.bytesWritten === 0;
  if (error.code === "ECONNRESET" || !writable) {
    socket.destroy();
    return;
  }
  const [status, message] = BROKEN[error.code ?? ""] ?? ["400 Bad Request", "this is no HTTP request"];
  const body = JSON.stringify({
    error: { message, type: "invalid_request_error", param: null, code: "request-broken" },
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { isLoopback } from "../gateway/guard/index.ts";

/** A run answers at once what it knows; one that computes on all cores may be late. */
const PATIENCE_MS = 3000;
/** plans of a dozen models come to some hundred kB */
const MOST_BYTES = 4 * 1024 * 1024;

/** Is it an address of this machine, over plain HTTP? Nothing else is ever asked. */
export function isHere(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && isLoopback(hostname.replace(/^\[(.*)\]$/, "$1"));
}

export interface Got {
  readonly status: number;
  readonly text: string;
}

/** Asks a run for one of its small pages; rejects where nothing whole comes in time. Redirections are not followed. */
export function getHere(url: string, path: string, signal?: AbortSignal): Promise<Got> {
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), {
      agent: false,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    asked.on("error", reject);
    asked.on("response", (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > MOST_BYTES) asked.destroy(new Error("it says too much"));
        else chunks.push(chunk);
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }));
    });
    asked.end();
  });
}

/** Posts a body to a run and answers with its reply as soon as its head is there. */
export function postHere(
  url: string,
  path: string,
  body: string,
  headers: Pick<IncomingHttpHeaders, "authorization">,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { authorization } = headers;
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, url), {
      method: "POST",
      agent: false,
      signal,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    asked.setNoDelay(true);
    asked.on("error", reject);
    asked.on("response", resolve);
    asked.end(body);
  });
}

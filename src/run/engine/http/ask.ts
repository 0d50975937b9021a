import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { codeOf, messageOf } from "../../home/index.ts";
import type { Endpoint } from "../server.ts";

/** A whole answer of an engine. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: "GET" | "POST";
  /** sent as JSON */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
/** lists of models are long, tokens of a text longer; what is longer still is no answer we asked for */
const MOST_BYTES = 64 * 2 ** 20;

/** Asks an engine something about itself and reads the whole answer. A connection a question: none is reused after its end. */
export function ask(endpoint: Endpoint, path: string, options: AskOptions = {}): Promise<EngineAnswer> {
  const { body, timeoutMs = TIMEOUT_MS } = options;
  const text = body === undefined ? "" : JSON.stringify(body);
  const url = new URL(`${endpoint.url}${path}`);
  const late = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      if (options.signal?.aborted === true) reject(new LoadoutError("interrupted", {}, { cause: error }));
      else {
        const got = late.aborted ? `no answer within ${timeoutMs} ms` : (codeOf(error) ?? messageOf(error));
        reject(new LoadoutError("engine-unreachable", { url: endpoint.url, got }, { cause: error }));
      }
    };
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const headers = {
      ...endpoint.headers,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    };
    const method = options.method ?? (body === undefined ? "GET" : "POST");
    const request = send(url, { method, headers, agent: false, signal }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (part: Buffer) => {
        bytes += part.byteLength;
        if (bytes > MOST_BYTES) answer.destroy(new Error(`more than ${MOST_BYTES} bytes`));
        else parts.push(part);
      });
      answer.on("error", fail);
      answer.on("end", () => {
        const read = Buffer.concat(parts).toString("utf8");
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: read });
      });
    });
    request.on("error", fail);
    request.end(text);
  });
}

/** The answer as JSON; undefined where it is none or was refused. */
export async function askJson(endpoint: Endpoint, path: string, options: AskOptions = {}): Promise<unknown> {
  const { status, text } = await ask(endpoint, path, options);
  return status === 200 ? jsonOf(text) : undefined;
}

/** The answer as JSON, of an engine that must give one: anything else is `engine-answer`. */
export async function demandJson(endpoint: Endpoint, path: string, options: AskOptions = {}): Promise<unknown> {
  const { status, text } = await ask(endpoint, path, options);
  const value = jsonOf(text);
  if (status === 200 && value !== undefined) return value;
  throw new LoadoutError("engine-answer", { what: path, status, got: text.slice(0, 500) });
}

export function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { LaneName } from "../../../../predict/serving/index.ts";
import { errorAnswer } from "./errors.ts";
import { Fields } from "./fields.ts";
import { isFields } from "../../../home/index.ts";

/** Longest request taken, bytes. */
const MOST_BYTES = 64 * 2 ** 20;

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.#response = response;
    response.on("close", () => {
      if (!response.writableFinished) this.#gone.abort();
    });
    response.on("error", () => this.#gone.abort());
  }

  /** Aborts when the client is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get lane(): LaneName {
    return this.request.headers["x-loadout-lane"] === "batch" ? "batch" : "interactive";
  }

  async fields(): Promise<Fields> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of this.request) {
      const buffer = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
      bytes += buffer.length;
      if (bytes > MOST_BYTES) throw new LoadoutError("engine-request-too-large", { expected: MOST_BYTES });
      parts.push(buffer);
    }
    const text = Buffer.concat(parts).toString("utf8");
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (cause) {
      const got = cause instanceof Error ? cause.message : String(cause);
      throw new LoadoutError("engine-request-invalid", { field: "the body", expected: "JSON", got }, { cause });
    }
    if (!isFields(body))
      throw new LoadoutError("engine-request-invalid", { field: "the body", expected: "an object", got: typeof body });
    return new Fields(body);
  }

  json(body: unknown, status = 200): void {
    this.#whole(JSON.stringify(body), "application/json; charset=utf-8", status);
  }

  text(body: string): void {
    this.#whole(body, "text/plain; charset=utf-8", 200);
  }

  /** One event of a stream; the first begins it. */
  event(data: unknown): void {
    if (!this.#response.headersSent)
      this.#response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache",
      });
    this.#response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }

  endStream(): void {
    this.event("[DONE]");
    this.#response.end();
  }

  fail(error: unknown): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    const { status, body } = errorAnswer(error);
    if (this.#response.headersSent) {
      this.event(body);
      this.#response.end();
      return;
    }
    // a body that was not read to its end would be taken for the next request
    if (!this.request.complete) this.#response.setHeader("connection", "close");
    this.json(body, status);
  }

  #whole(text: string, type: string, status: number): void {
    if (this.#response.destroyed) return;
    this.#response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
    this.#response.end(text);
  }
}

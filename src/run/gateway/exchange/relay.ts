import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Client } from "./client.ts";
import type { Reply } from "./reply.ts";
import { Tail, type Usage } from "./usage.ts";

/** An answer whose bytes pass through as they came, each chunk at once. Nothing is read but its last bytes, for the tokens. */
export class Relay implements Reply {
  readonly #client: Client;
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #tail = new Tail();
  #status = 200;
  #headers: IncomingHttpHeaders = {};

  constructor(client: Client, body: Readonly<Record<string, unknown>>) {
    this.#client = client;
    this.#body = body;
  }

  ask(): string {
    return JSON.stringify(this.#body);
  }

  get resumable(): boolean {
    return !this.#client.begun;
  }

  get refused(): boolean {
    return this.#status >= 400;
  }

  get usage(): Usage | undefined {
    return this.refused ? undefined : this.#tail.usage();
  }

  head(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  data(chunk: Buffer): boolean {
    if (this.#isForeignRefusal) return true;
    this.#tail.add(chunk);
    if (this.#client.begun) return this.#client.write(chunk);
    this.#begin();
    return this.#client.writeFirst(chunk);
  }

  end(): LoadoutError | undefined {
    if (this.#isForeignRefusal) return new LoadoutError("upstream-failed", { got: `status ${this.#status}` });
    if (!this.#client.begun) this.#begin();
    this.#client.end();
    return undefined;
  }

  interrupted(): void {
    // nothing was sent and nothing is kept: the next attempt begins from the start
  }

  /** The gateway's own key did not please the engine, or it sends elsewhere: nothing the client can mend. */
  get #isForeignRefusal(): boolean {
    return this.#status === 401 || this.#status === 403 || (this.#status >= 300 && this.#status < 400);
  }

  #begin(): void {
    const type = this.#headers["content-type"] ?? "application/json";
    const headers: Record<string, string> = { "content-type": type, "x-content-type-options": "nosniff" };
    const streaming = type.startsWith("text/event-stream");
    if (streaming) headers["cache-control"] = "no-cache";
    const length = this.#headers["content-length"];
    if (length !== undefined) headers["content-length"] = length;
    const retry = this.#headers["retry-after"];
    if (retry !== undefined) headers["retry-after"] = retry;
    this.#client.head(this.#status, headers, streaming);
  }
}

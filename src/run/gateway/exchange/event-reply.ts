import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { isFields } from "../dialects/fields.ts";
import type { Client } from "./client.ts";
import type { Continuation } from "./continuation.ts";
import { engineFailure, FAILURE_BYTES, messageIn } from "./engine-failure.ts";
import type { Reply } from "./reply.ts";
import type { EventSink } from "./sinks.ts";
import { SseSplitter } from "./sse.ts";
import { type Usage, usageIn } from "./usage.ts";

export interface EventReplyParts {
  readonly client: Client;
  /** for the engine; asks for a stream */
  readonly body: Readonly<Record<string, unknown>>;
  readonly sink: EventSink;
  /** does the client want a stream */
  readonly streaming: boolean;
  /** can it be cut and go on; absent: it cannot */
  readonly continuation?: Continuation;
}

/** An answer whose events are read: to be said in another dialect, or to be gone on with after a cut. */
export class EventReply implements Reply {
  readonly #parts: EventReplyParts;
  #splitter = new SseSplitter();
  #status = 200;
  #refusal = "";
  #failure: LoadoutError | undefined;
  usage: Usage | undefined;

  constructor(parts: EventReplyParts) {
    this.#parts = parts;
  }

  ask(): string {
    const { body, continuation } = this.#parts;
    return JSON.stringify(continuation ? continuation.body() : body);
  }

  get resumable(): boolean {
    const { client, continuation } = this.#parts;
    if (this.#failure || continuation?.finished) return false;
    return !client.begun || continuation?.possible === true;
  }

  get refused(): boolean {
    return this.#status >= 400;
  }

  head(status: number, _headers: IncomingHttpHeaders): void {
    this.#status = status;
  }

  data(chunk: Buffer): boolean {
    if (this.#status !== 200) {
      if (this.#refusal.length < FAILURE_BYTES) this.#refusal += chunk.toString("utf8");
      return true;
    }
    let out = "";
    try {
      for (const text of this.#splitter.feed(chunk)) out += this.#event(text);
    } catch {
      this.#failure ??= new LoadoutError("upstream-failed", { got: "its stream cannot be read" });
    }
    return out === "" || this.#write(out);
  }

  end(): LoadoutError | undefined {
    if (this.#status !== 200) return engineFailure(this.#status, this.#refusal);
    if (this.#failure) return this.#failure;
    const { client, sink, streaming } = this.#parts;
    const last = sink.end();
    if (streaming) {
      if (!client.begun) this.#begin();
      client.end(last);
    } else {
      const headers = { "content-type": sink.contentType, "content-length": String(Buffer.byteLength(last)) };
      client.head(200, headers, false);
      client.end(last);
    }
    return undefined;
  }

  interrupted(): void {
    const { continuation, sink } = this.#parts;
    this.#splitter = new SseSplitter();
    this.#status = 200;
    this.#refusal = "";
    if (continuation?.possible) continuation.interrupted();
    else {
      continuation?.startOver();
      sink.reset?.();
    }
  }

  #event(text: string): string {
    if (text === "[DONE]" || text === "" || this.#failure) return "";
    const data: unknown = JSON.parse(text);
    if (!isFields(data)) return "";
    if (data["error"] !== undefined) {
      this.#failure = new LoadoutError("upstream-failed", { got: messageIn(data) || "no reason given" });
      return "";
    }
    const { continuation, sink } = this.#parts;
    const event = continuation ? continuation.take(data) : data;
    if (!event) return "";
    if (event["usage"] !== undefined && event["usage"] !== null) this.usage = usageIn(JSON.stringify(event));
    return continuation?.hides(event) ? "" : sink.event(event);
  }

  #write(text: string): boolean {
    const { client } = this.#parts;
    if (!client.begun) this.#begin();
    return client.write(text);
  }

  #begin(): void {
    const { client, sink } = this.#parts;
    const headers = {
      "content-type": sink.contentType,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    };
    client.head(200, headers, true);
  }
}

import { Agent, request as plainRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

/** Where an engine is asked: its address taken apart once. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** before the operation's path, without a slash at the end */
  readonly base: string;
  /** of every request, names and values in turn: a list leaves as it is, an object is taken apart for each request */
  readonly headers: readonly string[];
}

/** What comes back, in this order: `head`, `data` any number of times, and `end` or `lost` once. Never after `abandon`. */
export interface UpstreamEvents {
  head(status: number, headers: IncomingMessage["headers"]): void;
  data(chunk: Buffer): void;
  end(): void;
  /** the connection was refused or broke before the answer's end */
  lost(): void;
}

/** Connections to engines, kept open between requests. */
export class Upstream {
  readonly #plain = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  readonly #secure = new SecureAgent({ keepAlive: true, maxFreeSockets: 16 });

  ask(target: Target, path: string, lane: string, body: string, events: UpstreamEvents): UpstreamCall {
    return new UpstreamCall(target.secure ? this.#secure : this.#plain, target, path, lane, body, events);
  }

  /** connections now: in use and kept */
  get sockets(): number {
    let count = 0;
    for (const pool of [this.#plain.sockets, this.#plain.freeSockets, this.#secure.sockets, this.#secure.freeSockets]) {
      for (const sockets of Object.values(pool)) count += sockets?.length ?? 0;
    }
    return count;
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

/**
 * One request to an engine.
 *
 * Connections are kept, because connecting anew costs each request a round trip and each burst half its rate. Some engines
 * promise to keep a connection and close it all the same (llama-server does, after each stream): a request sent in that
 * moment is lost on the way. So a request that got no byte back on a connection used before is sent once more on a new
 * one. It may have been begun by the engine, but nobody saw a token of it, and the engine keeps nothing of it but a cached
 * prefix; the second answer is as good as the first would have been. On a new connection nothing is repeated: there the
 * engine itself is what failed.
 */
export class UpstreamCall {
  readonly #target: Target;
  readonly #path: string;
  readonly #lane: string;
  #body: string;
  readonly #events: UpstreamEvents;
  #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #over = false;

  constructor(
    agent: Agent | SecureAgent,
    target: Target,
    path: string,
    lane: string,
    body: string,
    events: UpstreamEvents,
  ) {
    this.#target = target;
    this.#path = path;
    this.#lane = lane;
    this.#body = body;
    this.#events = events;
    this.#request = this.#send(agent);
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  /** Breaks the connection: the engine sees its client gone and frees the slot. No event comes afterwards. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#request.destroy();
  }

  #send(agent: Agent | SecureAgent | false): ClientRequest {
    const { secure, host, port, base, headers } = this.#target;
    const request = (secure ? secureRequest : plainRequest)({
      agent,
      host,
      port,
      method: "POST",
      path: base + this.#path,
      headers: [...headers, "content-length", String(Buffer.byteLength(this.#body)), "x-loadout-lane", this.#lane],
    });
    request.on("response", (response) => this.#answered(response));
    request.on("error", () => {
      if (this.#over) return;
      if (this.#response === undefined && request.reusedSocket && agent !== false) this.#request = this.#send(false);
      else this.#lost();
    });
    request.end(this.#body); // text, not bytes: it leaves with its head in one write
    return request;
  }

  #answered(response: IncomingMessage): void {
    if (this.#over) return;
    this.#response = response;
    this.#body = ""; // it is not sent again
    this.#events.head(response.statusCode ?? 502, response.headers);
    response.on("data", (chunk: Buffer) => {
      if (!this.#over) this.#events.data(chunk);
    });
    response.on("end", () => {
      if (this.#over) return;
      this.#over = true;
      this.#events.end();
    });
    response.on("error", () => this.#lost());
    response.on("close", () => this.#lost());
  }

  #lost(): void {
    if (this.#over) return;
    this.#over = true;
    this.#request.destroy();
    this.#events.lost();
  }
}

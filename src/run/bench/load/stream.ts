import { monotonicMs } from "./clock.ts";
import { type AnswerListener, Connection } from "./connection.ts";
import { DataLines } from "./lines.ts";
import type { LoadTarget } from "./target.ts";
import { errorText, wirePiece } from "./wire.ts";

/** What one request brought. Times on the monotonic clock. */
export interface StreamOutcome {
  readonly sentMs: number;
  /** absent where the connection was there already */
  readonly connectedMs?: number;
  readonly firstEventMs?: number;
  readonly firstMs?: number;
  readonly tokenMs: Float64Array;
  readonly endMs: number;
  readonly status?: number;
  /** absent: the answer is whole */
  readonly error?: string;
  readonly promptTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  /** only where it was asked for */
  readonly text?: string;
  /** sent again, because a connection used before turned out to be closed */
  readonly retried: boolean;
}

export interface Stream {
  /** Cuts it; its outcome is then what had come, with an error. */
  cancel(reason: string): void;
}

const BRACKET = 91;

/** Connections of one target: a new one for every request, or kept ones where the server keeps them. */
export class Connections {
  readonly #target: LoadTarget;
  readonly #idle: Connection[] = [];
  readonly keep: boolean;

  constructor(target: LoadTarget, keep: boolean) {
    this.#target = target;
    this.keep = keep;
  }

  take(fresh = false): Connection {
    if (fresh) return new Connection(this.#target);
    let kept = this.#idle.pop();
    while (kept !== undefined && !kept.usable) kept = this.#idle.pop();
    return kept ?? new Connection(this.#target);
  }

  giveBack(connection: Connection): void {
    if (!this.keep || !connection.usable) connection.destroy();
    else this.#idle.push(connection);
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }
}

/** Sends a request and times what comes back. `expected`: about how many events with text; `keepText`: what they say is needed. */
export function openStream(
  connections: Connections,
  bytes: Buffer,
  options: { readonly expected: number; readonly keepText?: boolean },
  done: (outcome: StreamOutcome) => void,
): Stream {
  return new Timed(connections, bytes, options, done);
}

class Timed implements AnswerListener {
  readonly #connections: Connections;
  readonly #bytes: Buffer;
  readonly #done: (outcome: StreamOutcome) => void;
  readonly #keepText: boolean;
  readonly #sentMs = monotonicMs();
  readonly #lines = new DataLines((bytes, start, end) => this.#event(bytes, start, end));
  #connection: Connection;
  #connectedMs: number | undefined;
  #firstEventMs: number | undefined;
  #times: Float64Array;
  #count = 0;
  #nowMs = 0;
  #status: number | undefined;
  #error: string | undefined;
  #promptTokens: number | undefined;
  #outputTokens: number | undefined;
  #cachedTokens: number | undefined;
  #text = "";
  #refusal: Buffer[] = [];
  #retried = false;
  #over = false;

  constructor(
    connections: Connections,
    bytes: Buffer,
    options: { readonly expected: number; readonly keepText?: boolean },
    done: (outcome: StreamOutcome) => void,
  ) {
    this.#connections = connections;
    this.#bytes = bytes;
    this.#done = done;
    this.#keepText = options.keepText ?? false;
    this.#times = new Float64Array(Math.min(1 << 16, options.expected + 8));
    this.#connection = connections.take();
    this.#connection.send(bytes, this);
  }

  cancel(reason: string): void {
    if (this.#over) return;
    this.#error = reason;
    this.#connection.destroy();
    this.#finish();
  }

  onConnected(): void {
    this.#connectedMs ??= monotonicMs();
  }

  onHead(status: number): void {
    this.#status = status;
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    if (this.#status !== 200) {
      this.#refusal.push(Buffer.from(bytes.subarray(start, end)));
      return;
    }
    // one look at the clock for what one read brought: it arrived together
    this.#nowMs = monotonicMs();
    this.#lines.feed(bytes, start, end);
  }

  onEnd(fault?: { readonly message: string; readonly unanswered: boolean }): void {
    if (fault?.unanswered && this.#connection.wasUsed && this.#connections.keep && !this.#retried) {
      this.#retried = true;
      this.#connection.destroy();
      this.#connection = this.#connections.take(true);
      this.#connection.send(this.#bytes, this);
      return;
    }
    this.#lines.close();
    if (this.#status !== undefined && this.#status !== 200)
      this.#error = `status ${this.#status}: ${refusalText(Buffer.concat(this.#refusal).toString("utf8"))}`;
    else if (fault !== undefined) this.#error ??= fault.message;
    this.#finish();
  }

  #event(bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === BRACKET) return; // [DONE]: the end of the answer is timed where it ends
    const piece = wirePiece(bytes.toString("utf8", start, end));
    if (piece === undefined) {
      this.#error ??= "an event that is no JSON";
      return;
    }
    this.#firstEventMs ??= this.#nowMs;
    if (piece.text !== "") {
      if (this.#count === this.#times.length) this.#times = grown(this.#times);
      this.#times[this.#count++] = this.#nowMs;
      if (this.#keepText) this.#text += piece.text;
    }
    if (piece.promptTokens !== undefined) this.#promptTokens = piece.promptTokens;
    if (piece.outputTokens !== undefined) this.#outputTokens = piece.outputTokens;
    if (piece.cachedTokens !== undefined) this.#cachedTokens = piece.cachedTokens;
    if (piece.error !== undefined) this.#error ??= piece.error;
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connections.giveBack(this.#connection);
    this.#done({
      sentMs: this.#sentMs,
      ...(this.#connectedMs === undefined ? {} : { connectedMs: this.#connectedMs }),
      ...(this.#firstEventMs === undefined ? {} : { firstEventMs: this.#firstEventMs }),
      ...(this.#count === 0 ? {} : { firstMs: this.#times[0]! }),
      tokenMs: this.#times.slice(0, this.#count),
      endMs: monotonicMs(),
      ...(this.#status === undefined ? {} : { status: this.#status }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
      ...(this.#promptTokens === undefined ? {} : { promptTokens: this.#promptTokens }),
      ...(this.#outputTokens === undefined ? {} : { outputTokens: this.#outputTokens }),
      ...(this.#cachedTokens === undefined ? {} : { cachedTokens: this.#cachedTokens }),
      ...(this.#keepText ? { text: this.#text } : {}),
      retried: this.#retried,
    });
  }
}

function grown(times: Float64Array): Float64Array {
  const larger = new Float64Array(Math.max(16, times.length * 2));
  larger.set(times);
  return larger;
}

function refusalText(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "error" in parsed) return errorText(parsed.error);
  } catch {
    // not JSON: its own words
  }
  return body.slice(0, 300);
}

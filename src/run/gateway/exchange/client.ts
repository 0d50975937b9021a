import type { ServerResponse } from "node:http";
import type { LoadoutError } from "../../../facts/errors/index.ts";
import type { Clock } from "../clock.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { GatewayLimits } from "../options.ts";
import type { Times } from "./times.ts";

/** Who writes to a client. */
export interface Feeder {
  drained(): void;
}

/** How a failure is said to this client. */
export type ErrorShape = Pick<Dialect, "error" | "streamError">;
const SMALL_BYTES = 16 * 1024;
type ClientLimits = Pick<GatewayLimits, "stallMs" | "heartbeatMs">;

/**
 * The client's side of an exchange. Its head waits for the first bytes of the body and leaves with them in one write: until
 * then an error may still have a status of its own, and `Server-Timing` can say what the first byte took.
 */
export class Client {
  readonly #response: ServerResponse;
  readonly #errors: ErrorShape;
  readonly #times: Times;
  readonly #clock: Clock;
  readonly #limits: ClientLimits;
  #endBeat: (() => void) | undefined;
  #endStall: (() => void) | undefined;
  #streaming = false;
  #takesComments = false;
  /**
   * told when the client takes bytes again after `write` answered false. An object, not a function: a closure here kept each
   * request alive until the next full collection, half as much CPU again in a burst (measured)
   */
  feeder: Feeder | undefined;

  constructor(response: ServerResponse, errors: ErrorShape, times: Times, clock: Clock, limits: ClientLimits) {
    this.#response = response;
    this.#errors = errors;
    this.#times = times;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** has it seen a byte */
  get begun(): boolean {
    return this.#response.headersSent;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  /** Says the head; it leaves with the first bytes, or with the end. */
  head(status: number, headers: Readonly<Record<string, string>>, streaming: boolean): void {
    this.#streaming = streaming;
    this.#takesComments = streaming && headers["content-type"]?.startsWith("text/event-stream") === true;
    this.#response.writeHead(status, [...Object.entries(headers).flat(), "server-timing", this.#times.header()]);
  }

  /**
   * The first bytes, with the head. As text of single bytes node joins both into one piece, which is written faster than two;
   * for large ones the copy would cost more.
   */
  writeFirst(chunk: Buffer): boolean {
    return chunk.length > SMALL_BYTES ? this.write(chunk) : this.write(chunk.toString("latin1"), "latin1");
  }

  /** False: it takes no more for now; its feeder is told when it does. A client that takes nothing for long is let go. */
  write(chunk: Buffer | string, encoding: "utf8" | "latin1" = "utf8"): boolean {
    if (this.#response.write(chunk, encoding)) return true;
    if (!this.#endStall) {
      this.#endStall = this.#clock.after(this.#limits.stallMs, () => this.#response.destroy());
      this.#response.once("drain", () => {
        this.#endStall?.();
        this.#endStall = undefined;
        this.feeder?.drained();
      });
    }
    return false;
  }

  /**
   * Nothing comes for it for a while. A stream that has begun is kept alive by comments, where its form has them. One that has
   * not is left in silence: the first byte would be a promise (status 200) that an error may still break.
   */
  waits(): void {
    if (!this.begun || !this.#takesComments || this.#endBeat) return;
    this.#endBeat = this.#clock.after(this.#limits.heartbeatMs, () => {
      this.#endBeat = undefined;
      if (this.#response.writableLength === 0) this.#response.write(": waiting\n\n");
      this.waits();
    });
  }

  goesOn(): void {
    this.#endBeat?.();
    this.#endBeat = undefined;
  }

  end(chunk?: Buffer | string): void {
    this.#response.end(chunk);
  }

  /** Ends the exchange with a failure, in the client's dialect and at the place where it stands. */
  fail(error: LoadoutError, retryAfterSeconds?: number): void {
    if (this.#response.destroyed) return;
    if (!this.begun) {
      const { status, headers, body } = this.#errors.error(error);
      const more = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
      this.#response.writeHead(status, { ...headers, ...more, "content-length": Buffer.byteLength(body) });
      this.#response.end(body);
    } else if (this.#streaming) this.#response.end(this.#errors.streamError(error));
    // a whole answer that has begun can only be seen to be incomplete
    else this.#response.destroy();
  }

  /** The exchange is over: nothing waits for this client any more. */
  close(): void {
    this.goesOn();
    this.#endStall?.();
    this.#endStall = undefined;
    this.feeder = undefined;
  }
}

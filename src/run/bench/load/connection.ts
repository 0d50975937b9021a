import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { ResponseReader, type ResponseListener } from "./response-reader.ts";
import type { LoadTarget } from "./target.ts";

/** Hears of one answer on a connection; `onEnd` comes exactly once and last. */
export interface AnswerListener extends ResponseListener {
  onConnected(): void;
  /** Undefined: the answer is whole. `unanswered`: not a byte of it came. */
  onEnd(fault?: { readonly message: string; readonly unanswered: boolean }): void;
}

/** Room for what one read brings; a stream's events are far smaller. */
const READ_BYTES = 65_536;

/** Memory for reading, used again by later connections. */
const spare: Buffer[] = [];

/**
 * A connection without Node's stream machinery above the socket: bytes are read into memory of our own and looked at where they
 * are. Connecting starts at once; what is sent before waits for it.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #memory: Buffer | undefined;
  #listener: AnswerListener | undefined;
  #reader: ResponseReader | undefined;
  #open = true;
  #wasUsed = false;

  constructor(target: LoadTarget) {
    const { host, port, secure } = target;
    if (secure) {
      this.#socket = connectSecurely({ host, port, servername: host, ALPNProtocols: ["http/1.1"] });
      this.#socket.setNoDelay(true);
      this.#socket.on("data", (bytes: Buffer) => this.#read(bytes, bytes.length));
    } else {
      const memory = spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
      this.#memory = memory;
      this.#socket = connect({
        host,
        port,
        noDelay: true,
        onread: {
          buffer: memory,
          callback: (length) => {
            this.#read(memory, length);
            return true;
          },
        },
      });
    }
    this.#socket.on(secure ? "secureConnect" : "connect", () => this.#listener?.onConnected());
    this.#socket.on("end", () => this.#closed("the server closed the connection"));
    this.#socket.on("error", (error) => this.#closed(error.message));
    this.#socket.on("close", () => {
      this.#closed("the connection closed");
      if (this.#memory !== undefined) spare.push(this.#memory);
    });
  }

  get usable(): boolean {
    return this.#open && this.#listener === undefined;
  }

  /** It carried an answer before: silence may then be the server's farewell, and the request may be sent again. */
  get wasUsed(): boolean {
    return this.#wasUsed;
  }

  send(bytes: Buffer, listener: AnswerListener): void {
    this.#listener = listener;
    this.#reader = new ResponseReader(listener);
    this.#socket.write(bytes);
  }

  /** Gives up what is running without a word to its listener. */
  destroy(): void {
    this.#listener = undefined;
    this.#open = false;
    this.#socket.destroy();
  }

  #read(bytes: Buffer, length: number): void {
    const reader = this.#reader;
    if (reader === undefined || this.#listener === undefined) return;
    reader.feed(bytes, length);
    if (!reader.done) return;
    if (reader.fault !== undefined || !reader.keeps) this.#open = false;
    this.#finish(reader.fault);
    if (!this.#open) this.#socket.destroy();
  }

  #closed(message: string): void {
    this.#open = false;
    if (this.#listener !== undefined) this.#finish(this.#reader?.close() ? undefined : message);
    this.#socket.destroy();
  }

  #finish(message: string | undefined): void {
    const listener = this.#listener;
    const unanswered = this.#reader?.begun === false;
    this.#listener = undefined;
    this.#reader = undefined;
    this.#wasUsed = true;
    listener?.onEnd(message === undefined ? undefined : { message, unanswered });
  }
}

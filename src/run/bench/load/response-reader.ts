/** Hears of a response while it is read. Bytes are only lent: the memory is used again after the call. */
export interface ResponseListener {
  onHead(status: number): void;
  onBody(bytes: Buffer, start: number, end: number): void;
}

/** Longest head that is waited for. */
const MOST_HEAD_BYTES = 65_536;
const LINE_FEED = 10;

type State = "head" | "size" | "data" | "after-data" | "trailer" | "counted" | "to-close" | "done";

/** Reads one HTTP/1.1 response from the bytes of a socket: head, then a body in chunks, of a length, or until it closes (RFC 9112). */
export class ResponseReader {
  readonly #listener: ResponseListener;
  #state: State = "head";
  #text = "";
  #left = 0;
  /** what is not HTTP */
  fault: string | undefined;
  /** the server keeps the connection */
  keeps = false;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  get done(): boolean {
    return this.#state === "done";
  }

  /** Bytes came for it: a connection that is used again may still be retried before. */
  get begun(): boolean {
    return this.#state !== "head" || this.#text !== "";
  }

  feed(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length && this.#state !== "done") {
      if (this.#state === "data" || this.#state === "counted" || this.#state === "to-close")
        at = this.#body(bytes, at, length);
      else if (this.#state === "head") at = this.#head(bytes, at, length);
      else at = this.#line(bytes, at, length);
      if (this.fault !== undefined) this.#state = "done";
    }
  }

  /** The connection closed: whether the response had ended, or ends by that. */
  close(): boolean {
    if (this.#state === "to-close") this.#state = "done";
    return this.#state === "done" && this.fault === undefined;
  }

  #body(bytes: Buffer, at: number, length: number): number {
    const end = this.#state === "to-close" ? length : Math.min(length, at + this.#left);
    this.#listener.onBody(bytes, at, end);
    this.#left -= end - at;
    if (this.#left === 0 && this.#state !== "to-close") this.#state = this.#state === "data" ? "after-data" : "done";
    return end;
  }

  /** Lines around chunks: a size before, an empty one after, trailers at the end. */
  #line(bytes: Buffer, at: number, length: number): number {
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed < 0 || feed >= length) {
      this.#text += bytes.toString("latin1", at, length);
      if (this.#text.length > MOST_HEAD_BYTES) this.fault = "a line between chunks does not end";
      return length;
    }
    const line =
      this.#text === "" ? bytes.toString("latin1", at, feed) : this.#text + bytes.toString("latin1", at, feed);
    this.#text = "";
    if (this.#state === "after-data") this.#state = "size";
    else if (this.#state === "size") this.#size(line);
    else if (line.trim() === "") this.#state = "done";
    return feed + 1;
  }

  #size(line: string): void {
    const size = /^[0-9a-f]+/i.exec(line)?.[0];
    if (size === undefined || size.length > 8) this.fault = `no size of a chunk: ${JSON.stringify(line.slice(0, 40))}`;
    this.#left = Number.parseInt(size ?? "0", 16);
    this.#state = this.#left === 0 ? "trailer" : "data";
  }

  #head(bytes: Buffer, at: number, length: number): number {
    const before = this.#text.length;
    this.#text += bytes.toString("latin1", at, length);
    const end = this.#text.indexOf("\r\n\r\n", Math.max(0, before - 3));
    if (end < 0) {
      if (this.#text.length > MOST_HEAD_BYTES) this.fault = "the head of the answer does not end";
      return length;
    }
    const head = this.#text.slice(0, end);
    this.#text = "";
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    if (Number.isNaN(status)) this.fault = `no HTTP/1.1 answer: ${JSON.stringify(head.slice(0, 40))}`;
    else if (status >= 200) this.#begin(status, head);
    return at + (end + 4 - before);
  }

  #begin(status: number, head: string): void {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(head)?.[1]?.toLowerCase();
    this.keeps = field("connection") !== "close" && !head.startsWith("HTTP/1.0");
    const length = field("content-length");
    if (field("transfer-encoding")?.includes("chunked")) this.#state = "size";
    else if (length !== undefined) {
      this.#left = Number(length);
      this.#state = this.#left > 0 ? "counted" : "done";
    } else {
      this.#state = "to-close";
      this.keeps = false;
    }
    this.#listener.onHead(status);
  }
}

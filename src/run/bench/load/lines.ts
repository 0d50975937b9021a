const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
/** "data:" in bytes */
const DATA = [100, 97, 116, 97, 58] as const;

/** Longest line of an event that is kept while its end is awaited. */
const MOST_LINE_BYTES = 16 * 2 ** 20;

/**
 * Finds the payloads of a server-sent event stream. Every server of language models puts an event into one `data:` line, so lines
 * are all that is looked at. `onData` gets bytes that are only lent.
 */
export class DataLines {
  readonly #onData: (bytes: Buffer, start: number, end: number) => void;
  #rest: Buffer | undefined;

  constructor(onData: (bytes: Buffer, start: number, end: number) => void) {
    this.#onData = onData;
  }

  feed(bytes: Buffer, start: number, end: number): void {
    if (this.#rest !== undefined) {
      const joined = Buffer.concat([this.#rest, bytes.subarray(start, end)]);
      this.#rest = undefined;
      this.#lines(joined, 0, joined.length);
    } else this.#lines(bytes, start, end);
  }

  /** The stream ended: a last line without its end counts. */
  close(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#line(rest, 0, rest.length);
  }

  #lines(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const feed = bytes.indexOf(LINE_FEED, at);
      if (feed < 0 || feed >= end) {
        if (end - at <= MOST_LINE_BYTES) this.#rest = Buffer.from(bytes.subarray(at, end));
        return;
      }
      this.#line(bytes, at, feed);
      at = feed + 1;
    }
  }

  #line(bytes: Buffer, start: number, feed: number): void {
    const end = feed > start && bytes[feed - 1] === RETURN ? feed - 1 : feed;
    if (end - start < DATA.length || DATA.some((byte, index) => bytes[start + index] !== byte)) return;
    const from = start + DATA.length;
    this.#onData(bytes, bytes[from] === SPACE ? from + 1 : from, end);
  }
}

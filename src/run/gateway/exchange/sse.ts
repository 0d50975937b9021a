import { StringDecoder } from "node:string_decoder";

/** An engine's single event is never longer; more without a line's end is no event stream. Characters. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Cuts an event stream into what stands after `data:`, wherever the pieces it comes in end. */
export class SseSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** The events that this piece completes, a line of data each, as engines send them. Throws where a line has no end. */
  feed(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop()!;
    if (this.#rest.length > LONGEST_LINE) throw new RangeError("a line without an end");
    const events: string[] = [];
    for (const line of lines) if (line.startsWith("data:")) events.push(line.slice(5).trim());
    return events;
  }
}

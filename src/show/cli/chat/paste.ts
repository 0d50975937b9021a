import { Transform, type TransformCallback } from "node:stream";

/** Stands for a line break inside a pasted text while it is edited on one line. */
export const BREAK = "⏎";

/** Terminals put pasted text between these where they were asked to (bracketed paste, xterm's mode 2004). */
const START = "\u001B[200~";
const END = "\u001B[201~";

export const PASTE_ON = "\u001B[?2004h";
export const PASTE_OFF = "\u001B[?2004l";

/**
 * Between a terminal and the line editor: line breaks in what is pasted become {@link BREAK}, so that a paste of many lines
 * is one message that can still be edited, and not many that are sent.
 */
export class PasteFilter extends Transform {
  #pasting = false;
  #held = "";

  constructor() {
    super({ decodeStrings: false, encoding: "utf8" });
  }

  override _transform(chunk: Buffer | string, _encoding: BufferEncoding, done: TransformCallback): void {
    let text = this.#held + (typeof chunk === "string" ? chunk : chunk.toString("utf8"));
    this.#held = "";
    let out = "";
    for (;;) {
      const marker = this.#pasting ? END : START;
      const at = text.indexOf(marker);
      if (at < 0) break;
      out += this.#typed(text.slice(0, at));
      text = text.slice(at + marker.length);
      this.#pasting = !this.#pasting;
    }
    const partial = beginningOf(this.#pasting ? END : START, text);
    this.#held = text.slice(text.length - partial);
    done(null, out + this.#typed(text.slice(0, text.length - partial)));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#typed(this.#held));
  }

  #typed(text: string): string {
    return this.#pasting ? text.replaceAll(/\r\n|\r|\n/g, BREAK) : text;
  }
}

/** How much of a marker the text ends with. The escape key alone waits for the next key: by itself it does nothing here. */
function beginningOf(marker: string, text: string): number {
  for (let length = Math.min(marker.length - 1, text.length); length > 0; length--)
    if (text.endsWith(marker.slice(0, length))) return length;
  return 0;
}

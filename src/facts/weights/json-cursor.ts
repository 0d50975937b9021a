import { LoadoutError } from "../errors/index.ts";
import { LIMITS } from "./limits.ts";

/**
 * A position in the JSON of a safetensors header. Read by hand, since a parser would quietly take the last of two entries
 * of one name, and would build whatever a hostile file nests or counts before anything of it can be refused.
 */
export class JsonCursor {
  readonly file: string;
  readonly #text: string;
  /** file offset of the text */
  readonly #base: number;
  #at = 0;

  constructor(text: string, file: string, base: number) {
    this.#text = text;
    this.file = file;
    this.#base = base;
  }

  /** Keys of the object that starts here; `entry` reads each value. */
  object(place: string, entry: (key: string, at: number) => void): void {
    this.#expect("{", place);
    if (this.#take("}")) return;
    for (;;) {
      this.#space();
      const at = this.#at;
      const key = this.string(place);
      this.#expect(":", place);
      entry(key, at);
      if (this.#take("}")) return;
      this.#expect(",", place);
    }
  }

  /** Whole numbers in a list, at most `most`. */
  numbers(place: string, most: number): number[] {
    const numbers: number[] = [];
    this.#expect("[", place);
    if (this.#take("]")) return numbers;
    for (;;) {
      if (numbers.length === most) throw this.over(place, most, "more");
      numbers.push(this.#whole(place));
      if (this.#take("]")) return numbers;
      this.#expect(",", place);
    }
  }

  string(place: string): string {
    this.#expect('"', place);
    const start = this.#at;
    let end = this.#text.indexOf('"', start);
    // a quote after an odd number of backslashes belongs to the string
    while (end >= 0 && this.#escaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.bad(place, "the end of a string", "the end of the header", start);
    this.#at = end + 1;
    const raw = this.#text.slice(start, end);
    // oxlint-disable-next-line no-control-regex -- control characters are what JSON forbids here
    if (!/[\\\u0000-\u001f]/.test(raw)) return raw;
    try {
      return String(JSON.parse(`"${raw}"`));
    } catch {
      throw this.bad(place, "a string", "other characters", start);
    }
  }

  /** Steps over a value of any kind. */
  skip(place: string, depth = 0): void {
    if (depth > LIMITS.safetensorsNesting)
      throw this.over(place, `${LIMITS.safetensorsNesting} values in one another`, "more");
    this.#space();
    const first = this.#text[this.#at];
    if (first === '"') this.string(place);
    else if (first === "{") this.object(place, () => this.skip(place, depth + 1));
    else if (first === "[") this.#skipList(place, depth);
    else {
      const word = /[-+.\w]{1,32}/y;
      word.lastIndex = this.#at;
      if (!word.test(this.#text)) throw this.bad(place, "a value", this.#found());
      this.#at = word.lastIndex;
    }
  }

  /** Only spaces may follow: writers pad headers with them. */
  end(place: string): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.bad(place, "the end of the header", this.#found());
  }

  bad(place: string, expected: string, got: string | number, at = this.#at): LoadoutError {
    return new LoadoutError("weights-value", { file: this.file, place, at: this.offset(at), expected, got });
  }

  over(place: string, expected: string | number, got: string | number): LoadoutError {
    return new LoadoutError("weights-count", { file: this.file, place, at: this.offset(this.#at), expected, got });
  }

  /** File offset of a place in the text. */
  offset(at: number): number {
    return this.#base + new TextEncoder().encode(this.#text.slice(0, at)).byteLength;
  }

  #skipList(place: string, depth: number): void {
    this.#expect("[", place);
    if (this.#take("]")) return;
    for (;;) {
      this.skip(place, depth + 1);
      if (this.#take("]")) return;
      this.#expect(",", place);
    }
  }

  #whole(place: string): number {
    this.#space();
    const digits = /\d{1,20}/y;
    digits.lastIndex = this.#at;
    const [found] = digits.exec(this.#text) ?? [];
    if (found === undefined) throw this.bad(place, "a whole number", this.#found());
    const number = Number(found);
    if (!Number.isSafeInteger(number)) throw this.over(place, "2^53", found);
    this.#at += found.length;
    return number;
  }

  #escaped(quote: number): boolean {
    let at = quote;
    while (this.#text[at - 1] === "\\") at -= 1;
    return (quote - at) % 2 === 1;
  }

  #space(): void {
    const text = this.#text;
    let at = this.#at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
      at += 1;
    }
    this.#at = at;
  }

  #take(letter: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  #expect(letter: string, place: string): void {
    if (!this.#take(letter)) throw this.bad(place, `"${letter}"`, this.#found());
  }

  #found(): string {
    const letter = this.#text[this.#at];
    return letter === undefined ? "the end of the header" : `"${letter}"`;
  }
}

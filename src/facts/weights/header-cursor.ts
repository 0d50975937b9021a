import { LoadoutError } from "../errors/index.ts";
import type { ByteSource } from "./byte-source.ts";
import { CHUNK_BYTES, LIMITS } from "./limits.ts";

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const TWO_32 = 2 ** 32;
/** Names of tensors and keys are shorter than this, nearly always. */
const ASCII_BYTES = 128;

/**
 * A position in a header and a window of bytes around it. Only the window is held: what was read is forgotten, what is
 * stepped over is not fetched. Callers ask {@link has} and, where it says no, await {@link load}; between the two all
 * reading is synchronous. Every way past the end is a typed error.
 */
export class HeaderCursor {
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#window.buffer);
  /** file offset of the window's first byte */
  #base = 0;
  /** next byte to read, within the window; beyond its end after a step over more than it holds */
  #at = 0;
  /** the window reaches as far as the source gives bytes */
  #atEnd = false;
  #chunkBytes: number = CHUNK_BYTES.first;
  readonly #letters: number[] = [];
  /** set once the version is known */
  littleEndian = true;
  /** bytes of lengths and counts: 4 in version 1, 8 after */
  lengthBytes: 4 | 8 = 8;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  /** file offset of the next byte */
  get position(): number {
    return this.#base + this.#at;
  }

  /** bytes from the position to the end of the file */
  get left(): number {
    return this.#source.size - this.position;
  }

  has(bytes: number): boolean {
    return this.#at + bytes <= this.#window.byteLength;
  }

  /** Moves the window so that it starts at the position and holds at least `bytes`. */
  async load(bytes: number, place: string): Promise<void> {
    if (bytes > this.left) throw this.truncated(this.position + bytes, place);
    if (this.position + bytes > LIMITS.headerBytes) throw this.tooLong(place);
    await this.#moveWindow(bytes);
    if (!this.has(bytes)) throw this.missing(bytes, place);
  }

  /** As {@link load}, but the file may end sooner: {@link missing} then says so where it matters. */
  async loadUpTo(bytes: number, place: string): Promise<void> {
    if (this.position > LIMITS.headerBytes) throw this.tooLong(place);
    if (!this.#atEnd) await this.#moveWindow(bytes);
  }

  async #moveWindow(bytes: number): Promise<void> {
    const from = this.position;
    const wanted = Math.min(Math.max(bytes, this.#chunkBytes), this.left);
    this.#chunkBytes = Math.min(this.#chunkBytes * 2, CHUNK_BYTES.most);
    const window = await this.#source.read(from, wanted);
    this.#window = window;
    this.#view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    this.#base = from;
    this.#at = 0;
    this.#atEnd = window.byteLength < wanted || from + wanted === this.#source.size;
  }

  /** The error for bytes that the window should hold and the file does not have. */
  missing(bytes: number, place: string): LoadoutError {
    return this.truncated(this.position + bytes, place, this.#base + this.#window.byteLength);
  }

  /** Steps over `bytes` without fetching them. */
  skip(bytes: number, place: string): void {
    if (bytes > this.left) throw this.#beyond(bytes, place);
    this.#at += bytes;
    if (this.position > LIMITS.headerBytes) throw this.tooLong(place);
  }

  /** The next bytes as far as the window holds them, without moving on. */
  peek(bytes: number): Uint8Array {
    return this.#window.subarray(this.#at, this.#at + bytes);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), this.littleEndian);
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2), this.littleEndian);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), this.littleEndian);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), this.littleEndian);
  }
  f32(): number {
    return this.#view.getFloat32(this.#take(4), this.littleEndian);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), this.littleEndian);
  }
  u64(): number | bigint {
    return narrow(this.#view.getBigUint64(this.#take(8), this.littleEndian));
  }
  i64(): number | bigint {
    return narrow(this.#view.getBigInt64(this.#take(8), this.littleEndian));
  }

  /** A length or count; above 2^53 it is only about right, which is enough to refuse it. */
  length(): number {
    return this.lengthBytes === 4 ? this.u32() : this.wide();
  }

  /** 64 unsigned bits as a number, rounded above 2^53. */
  wide(): number {
    const at = this.#take(8);
    const low = this.#view.getUint32(this.littleEndian ? at : at + 4, this.littleEndian);
    const high = this.#view.getUint32(this.littleEndian ? at + 4 : at, this.littleEndian);
    return high * TWO_32 + low;
  }

  /** `bytes` of UTF-8. Names must be well formed; in other text bad bytes become replacement characters, as engines print it. */
  text(bytes: number, form: "name" | "text", place: string): string {
    const at = this.#take(bytes);
    if (bytes <= ASCII_BYTES && this.#copyAscii(at, bytes)) return String.fromCharCode.apply(undefined, this.#letters);
    const raw = this.#window.subarray(at, at + bytes);
    if (form === "text") return LENIENT.decode(raw);
    try {
      return STRICT.decode(raw);
    } catch {
      throw this.bad(place, "UTF-8 text", "other bytes", this.position - bytes);
    }
  }

  /** Short ASCII goes without the decoder, which needs a view of the bytes for every call. */
  #copyAscii(at: number, bytes: number): boolean {
    this.#letters.length = bytes;
    for (let index = 0; index < bytes; index++) {
      const letter = this.#window[at + index]!;
      if (letter > 127) return false;
      this.#letters[index] = letter;
    }
    return true;
  }

  /**
   * Steps over up to `count` strings that lie whole in the window and returns how many. Raw bytes and no calls: a
   * vocabulary has 10^5 to 10^6 of them.
   */
  stepStrings(count: number): number {
    const { lengthBytes, littleEndian } = this;
    const window = this.#window;
    const end = window.byteLength;
    // where, within a length, its low four bytes lie, and which way they run
    const low = littleEndian ? 0 : lengthBytes - 1;
    const step = littleEndian ? 1 : -1;
    let at = this.#at;
    let done = 0;
    while (done < count && at + lengthBytes <= end) {
      const first = at + low;
      // Four low bytes with the top bit free; longer strings take the slow way, which also checks them.
      const top = window[first + 3 * step]!;
      if (top > 127) break;
      const length = window[first]! | (window[first + step]! << 8) | (window[first + 2 * step]! << 16) | (top << 24);
      if (lengthBytes === 8) {
        const high = littleEndian ? at + 4 : at;
        if ((window[high]! | window[high + 1]! | window[high + 2]! | window[high + 3]!) !== 0) break;
      }
      const next = at + lengthBytes + length;
      if (next > end) break;
      at = next;
      done += 1;
    }
    this.#at = at;
    return done;
  }

  truncated(expected: number, place: string, got = this.#source.size): LoadoutError {
    return new LoadoutError("weights-truncated", { file: this.name, got, expected: `at least ${expected}`, place });
  }

  tooLong(place: string): LoadoutError {
    return this.over(place, `a header of ${LIMITS.headerBytes} bytes`, "more");
  }

  /** A count or length that cannot be true. */
  over(place: string, expected: string | number, got: string | number, at = this.position): LoadoutError {
    return new LoadoutError("weights-count", { file: this.name, place, at, expected, got });
  }

  bad(place: string, expected: string, got: string | number | bigint, at = this.position): LoadoutError {
    return new LoadoutError("weights-value", { file: this.name, place, at, expected, got });
  }

  /** Past the end of the file: cut off where the claim is one a header could make, absurd where it is not. */
  #beyond(bytes: number, place: string): LoadoutError {
    const end = this.position + bytes;
    return end <= LIMITS.headerBytes
      ? this.truncated(end, place)
      : this.over(place, `the ${this.left} bytes left`, `a length of ${bytes}`);
  }

  #take(bytes: number): number {
    const at = this.#at;
    this.#at = at + bytes;
    return at;
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

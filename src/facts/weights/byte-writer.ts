const ENCODER = new TextEncoder();

/** Bytes written one after another into a buffer that doubles, in either byte order. */
export class ByteWriter {
  readonly littleEndian: boolean;
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, without a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  raw(bytes: Uint8Array): void {
    // Room first: it may move the buffer.
    const at = this.#room(bytes.byteLength);
    this.#bytes.set(bytes, at);
  }

  /** Zeros up to the next multiple of `alignment`. */
  pad(alignment: number): void {
    this.#room(Math.ceil(this.#length / alignment) * alignment - this.#length);
  }

  text(text: string): Uint8Array {
    return ENCODER.encode(text);
  }

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }
  i8(value: number): void {
    const at = this.#room(1);
    this.#view.setInt8(at, value);
  }
  u16(value: number): void {
    const at = this.#room(2);
    this.#view.setUint16(at, value, this.littleEndian);
  }
  i16(value: number): void {
    const at = this.#room(2);
    this.#view.setInt16(at, value, this.littleEndian);
  }
  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, this.littleEndian);
  }
  i32(value: number): void {
    const at = this.#room(4);
    this.#view.setInt32(at, value, this.littleEndian);
  }
  f32(value: number): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value, this.littleEndian);
  }
  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, this.littleEndian);
  }
  u64(value: number | bigint): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value), this.littleEndian);
  }
  i64(value: number | bigint): void {
    const at = this.#room(8);
    this.#view.setBigInt64(at, BigInt(value), this.littleEndian);
  }

  #room(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.byteLength));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

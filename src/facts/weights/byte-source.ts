/**
 * Where a reader gets its bytes: a file, memory, HTTP ranges. The readers know nothing else of the world.
 */
export interface ByteSource {
  /** how errors call it: a path or an address */
  readonly name: string;
  /** whole size in bytes */
  readonly size: number;
  /**
   * Bytes [offset, offset + length), fewer only where the source ends. `offset + length <= size` is the caller's duty;
   * a source that turns out shorter returns what there is, and the reader reports the truncation.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array, name = "memory"): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, Math.min(offset + length, bytes.byteLength))),
  };
}

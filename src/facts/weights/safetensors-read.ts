import { LoadoutError } from "../errors/index.ts";
import type { ByteSource } from "./byte-source.ts";
import { JsonCursor } from "./json-cursor.ts";
import { CHUNK_BYTES, LIMITS } from "./limits.ts";
import { looksLike } from "./looks-like.ts";
import { placeSafetensors, readEntry } from "./safetensors-tensor.ts";
import type { Tensor } from "./tensor.ts";

/** What one safetensors file, or one set of shards, says about itself. */
export interface SafetensorsFile {
  readonly name: string;
  /** texts of the header's `__metadata__`, of the first shard for a set */
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: readonly Tensor[];
  /** lengths and headers; of a set, of all its files together */
  readonly headerBytes: number;
  /** the files, one for a model that is not sharded */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly dataOffset: number }[];
}

const LENGTH_BYTES = 8;
const METADATA_KEY = "__metadata__";

/**
 * Reads the header of one safetensors file: a length of eight bytes, then JSON with a type, a shape and a place for every
 * tensor. Nothing of the tensors' data is read. As the format demands, the data must be whole: each tensor as long as its
 * shape says, one after another without holes, up to the end of the file.
 */
export async function readSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const first = await source.read(0, Math.min(CHUNK_BYTES.first, source.size));
  const headerBytes = lengthOf(first, source);
  const dataOffset = LENGTH_BYTES + headerBytes;
  const bytes = await wholeHeader(first, source, dataOffset);
  const cursor = new JsonCursor(
    decoded(bytes.subarray(LENGTH_BYTES, dataOffset), source.name),
    source.name,
    LENGTH_BYTES,
  );
  const metadata = new Map<string, string>();
  const tensors: Tensor[] = [];
  const names = new Set<string>();
  cursor.object("the header", (name, at) => {
    if (names.has(name)) {
      const place = name === METADATA_KEY ? "the metadata" : `tensor ${tensors.length}`;
      throw new LoadoutError("weights-duplicate", { file: source.name, place, at: cursor.offset(at), got: name });
    }
    names.add(name);
    if (name === METADATA_KEY) readMetadata(cursor, metadata);
    else tensors.push(readEntry(cursor, name, tensors.length));
  });
  cursor.end("the header");
  return {
    name: source.name,
    metadata,
    tensors: placeSafetensors(tensors, { file: source.name, size: source.size, dataOffset }),
    headerBytes: dataOffset,
    files: [{ name: source.name, bytes: source.size, dataOffset }],
  };
}

function lengthOf(first: Uint8Array, { name, size }: ByteSource): number {
  const looks = (got = looksLike(first)) => new LoadoutError("weights-not-safetensors", { file: name, ...got });
  if (first.byteLength < LENGTH_BYTES) {
    if (size < LENGTH_BYTES) throw looks();
    throw truncated(name, first.byteLength, LENGTH_BYTES);
  }
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  // The first letter tells a header from another kind of file sooner than a length that cannot be true.
  const opened = first.byteLength === LENGTH_BYTES || first[LENGTH_BYTES] === 0x7b;
  if (!opened) throw looks();
  if (length > LIMITS.safetensorsHeaderBytes) {
    const expected = `a header of ${LIMITS.safetensorsHeaderBytes} bytes`;
    throw new LoadoutError("weights-count", { file: name, place: "the header", at: 0, expected, got: length });
  }
  if (LENGTH_BYTES + length > size) throw truncated(name, size, LENGTH_BYTES + length);
  return length;
}

async function wholeHeader(first: Uint8Array, source: ByteSource, bytes: number): Promise<Uint8Array> {
  if (first.byteLength >= bytes) return first;
  const rest = await source.read(first.byteLength, bytes - first.byteLength);
  if (first.byteLength + rest.byteLength < bytes)
    throw truncated(source.name, first.byteLength + rest.byteLength, bytes);
  const whole = new Uint8Array(bytes);
  whole.set(first);
  whole.set(rest, first.byteLength);
  return whole;
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const details = { file, place: "the header", at: LENGTH_BYTES, expected: "UTF-8 text", got: "other bytes" };
    throw new LoadoutError("weights-value", details);
  }
}

function readMetadata(cursor: JsonCursor, metadata: Map<string, string>): void {
  cursor.object("the metadata", (key) => {
    if (metadata.size === LIMITS.keys) throw cursor.over("the metadata", LIMITS.keys, "more keys");
    const value = cursor.string(`metadata "${key}"`);
    if (value.length <= LIMITS.keptStringBytes) metadata.set(key, value);
  });
}

function truncated(file: string, got: number, expected: number): LoadoutError {
  return new LoadoutError("weights-truncated", { file, got, expected: `at least ${expected}`, place: "the header" });
}

import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ByteSource } from "../../../facts/weights/byte-source.ts";
import { messageOf } from "../../home/index.ts";
import { damaged, type ZipEntry } from "./zip-directory.ts";

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const READ_BYTES = 1 << 20;

/**
 * The unpacked bytes of one member, piece by piece, checked against the size and CRC-32 of the directory. Never more bytes
 * than the directory promises: an archive that unpacks to more is refused at the first byte too many.
 */
export async function* unzip(source: ByteSource, entry: ZipEntry, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const place = entry.name;
  if (entry.encrypted) throw damaged(source, "a member without password", "an encrypted one", place);
  if (entry.method !== 0 && entry.method !== 8)
    throw damaged(source, "a stored or deflated member", `method ${entry.method}`, place);
  const start = await dataOffset(source, entry);
  const packed = packedBytes(source, start, entry.packedBytes, signal);
  let bytes = 0;
  let sum = 0;
  for await (const chunk of entry.method === 0 ? packed : inflate(source, packed, place)) {
    bytes += chunk.byteLength;
    if (bytes > entry.bytes) throw damaged(source, `${entry.bytes} unpacked bytes`, "more", place);
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (bytes !== entry.bytes) throw damaged(source, `${entry.bytes} unpacked bytes`, `${bytes}`, place);
  if (sum !== entry.crc32) throw damaged(source, `CRC-32 ${hex(entry.crc32)}`, hex(sum), place);
}

/** The local header repeats name and extra field, with lengths of its own: they say where the data begins. */
async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const header = await source.read(entry.headerOffset, Math.min(LOCAL_BYTES, source.size - entry.headerOffset));
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.byteLength < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL)
    throw damaged(source, "a local header", "other bytes", `byte ${entry.headerOffset}`);
  const start = entry.headerOffset + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.packedBytes > source.size)
    throw damaged(source, `${entry.packedBytes} packed bytes`, `${source.size - start} before the end`, entry.name);
  return start;
}

async function* packedBytes(source: ByteSource, start: number, length: number, signal?: AbortSignal) {
  for (let at = 0; at < length;) {
    if (signal?.aborted) throw new LoadoutError("interrupted");
    const chunk = await source.read(start + at, Math.min(READ_BYTES, length - at));
    if (chunk.byteLength === 0) return; // the file has shrunk; the count of bytes above will say so
    at += chunk.byteLength;
    yield chunk;
  }
}

async function* inflate(source: ByteSource, packed: AsyncIterable<Uint8Array>, place: string) {
  const stream: AsyncIterable<Uint8Array> & NodeJS.ReadWriteStream = createInflateRaw({ chunkSize: READ_BYTES });
  // its errors come out of the loop below: pipeline passes a failure of the reading on to the stream
  pipeline(Readable.from(packed), stream, () => {});
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    if (error instanceof LoadoutError) throw error;
    throw damaged(source, "deflated data", messageOf(error), place);
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

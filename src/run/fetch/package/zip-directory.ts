import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ByteSource } from "../../../facts/weights/byte-source.ts";

/** One file inside a zip archive, as its central directory says. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated; others are refused when they are to be unpacked */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** of its local header, from the start of the archive */
  readonly headerOffset: number;
}

// Record sizes and signatures: PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16
const END = 0x06054b50;
const END_BYTES = 22;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const MAX_COMMENT_BYTES = 0xffff;
const UNKNOWN16 = 0xffff;
const UNKNOWN32 = 0xffff_ffff;
/** A wheel's directory is a few kB; one of this size is not a wheel but an attempt to fill memory. */
const MAX_DIRECTORY_BYTES = 16 * 2 ** 20;

/** Reads the central directory of a zip archive, zip64 included. Reads the end of the file only. */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const { offset, bytes, count } = await findDirectory(source);
  if (bytes > MAX_DIRECTORY_BYTES) throw damaged(source, "a small directory", `${bytes} bytes`, "end record");
  if (offset + bytes > source.size)
    throw damaged(source, "a directory inside the file", `offset ${offset}`, "end record");
  const view = viewOf(await source.read(offset, bytes));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY)
      throw damaged(source, `${count} entries`, `${entries.length}`, `byte ${offset + at}`);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + ENTRY_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw damaged(source, "a whole entry", "its end is cut off", `byte ${offset + at}`);
    entries.push(readEntry(source, view, at, nameBytes, extraBytes));
    at = next;
  }
  return entries;
}

function readEntry(source: ByteSource, view: DataView, at: number, nameBytes: number, extraBytes: number): ZipEntry {
  const nameAt = at + ENTRY_BYTES;
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + nameAt, nameBytes));
  let packedBytes = view.getUint32(at + 20, true);
  let bytes = view.getUint32(at + 24, true);
  let headerOffset = view.getUint32(at + 42, true);
  // zip64: the wide values stand in extra field 1, in this order, only those whose narrow field is all ones
  const wide = wideFields(view, nameAt + nameBytes, extraBytes);
  const take = () => wide.shift() ?? -1;
  if (bytes === UNKNOWN32) bytes = take();
  if (packedBytes === UNKNOWN32) packedBytes = take();
  if (headerOffset === UNKNOWN32) headerOffset = take();
  if (Math.min(bytes, packedBytes, headerOffset) < 0 || headerOffset + packedBytes > source.size)
    throw damaged(source, "an entry inside the file", `${name} at ${headerOffset}, ${packedBytes} bytes`, "directory");
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  return {
    name,
    method: view.getUint16(at + 10, true),
    encrypted,
    crc32: view.getUint32(at + 16, true),
    packedBytes,
    bytes,
    headerOffset,
  };
}

function wideFields(view: DataView, start: number, length: number): number[] {
  const values: number[] = [];
  for (let at = start; at + 4 <= start + length;) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (id === 1) for (let p = at + 4; p + 8 <= Math.min(end, start + length); p += 8) values.push(wideNumber(view, p));
    at = end;
  }
  return values;
}

async function findDirectory(source: ByteSource): Promise<{ offset: number; bytes: number; count: number }> {
  const tailBytes = Math.min(source.size, END_BYTES + MAX_COMMENT_BYTES + LOCATOR64_BYTES);
  const view = viewOf(await source.read(source.size - tailBytes, tailBytes));
  let end = view.byteLength - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw damaged(source, "an end record", "none: the file is cut off or no zip archive", "end of file");
  const narrow = {
    count: view.getUint16(end + 10, true),
    bytes: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
  };
  if (narrow.count !== UNKNOWN16 && narrow.bytes !== UNKNOWN32 && narrow.offset !== UNKNOWN32) return narrow;
  const locator = end - LOCATOR64_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR64) return narrow;
  const end64At = wideNumber(view, locator + 8);
  if (end64At < 0 || end64At + END64_BYTES > source.size)
    throw damaged(source, "a zip64 end record inside the file", `offset ${end64At}`, "zip64 locator");
  const wide = viewOf(await source.read(end64At, END64_BYTES));
  if (wide.byteLength < END64_BYTES || wide.getUint32(0, true) !== END64)
    throw damaged(source, "a zip64 end record", "other bytes", `byte ${end64At}`);
  const found = { count: wideNumber(wide, 32), bytes: wideNumber(wide, 40), offset: wideNumber(wide, 48) };
  if (Math.min(found.count, found.bytes, found.offset) < 0)
    throw damaged(source, "sizes below 2^53", "larger ones", `byte ${end64At}`);
  return found;
}

/** 64 bits as a number, or -1 beyond what a number holds exactly. */
function wideNumber(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : -1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function damaged(source: ByteSource, expected: string, got: string, place: string): LoadoutError {
  return new LoadoutError("archive-damaged", { path: source.name, expected, got, place });
}

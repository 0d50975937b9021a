import { LoadoutError } from "../errors/index.ts";
import type { ByteSource } from "./byte-source.ts";
import { GgufMetadata } from "./gguf-metadata.ts";
import { INFO_BYTES, type PlacedTensor, placeTensors, readTensorInfo } from "./gguf-tensor-info.ts";
import type { GgufValue } from "./gguf-value.ts";
import { type Keeper, readKey, readValue } from "./gguf-value-read.ts";
import { HeaderCursor } from "./header-cursor.ts";
import { LIMITS } from "./limits.ts";
import { looksLike } from "./looks-like.ts";
import type { Tensor } from "./tensor.ts";

/** What one GGUF file, or one set of split files, says about itself. */
export interface GgufFile {
  readonly name: string;
  readonly version: 1 | 2 | 3;
  readonly littleEndian: boolean;
  readonly kind: GgufKind;
  readonly alignment: number;
  readonly metadata: GgufMetadata;
  readonly tensors: readonly Tensor[];
  /** magic, metadata and tensor infos; of a split set, of all its files together */
  readonly headerBytes: number;
  /** the files, one for a model that is not split */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly dataOffset: number }[];
}

/** What a file is for. Projectors are the encoders of multi-modal models, vocabularies have no tensors. */
export type GgufKind = "model" | "projector" | "adapter" | "vocabulary" | "imatrix" | "control-vector";

/** `general.type` as written by converters, and `general.architecture` of files from before that key. */
const KINDS: Readonly<Record<string, GgufKind>> = {
  model: "model",
  mmproj: "projector",
  clip: "projector",
  adapter: "adapter",
  imatrix: "imatrix",
  controlvector: "control-vector",
};

/** "GGUF", in either byte order */
const MAGIC = [0x47, 0x47, 0x55, 0x46] as const;
const ALIGNMENT_KEY = "general.alignment";

/** Reads the header of one GGUF file, version 1 to 3, either byte order. Nothing of the tensors' data is read. */
export async function readGguf(source: ByteSource): Promise<GgufFile> {
  const cursor = new HeaderCursor(source);
  const version = await readVersion(cursor, source);
  await ensure(cursor, 2 * cursor.lengthBytes, "the counts");
  const tensorCount = countOf(cursor, "tensor count", LIMITS.tensors, 4 + 4 + 8 + cursor.lengthBytes);
  const keyCount = countOf(cursor, "metadata count", LIMITS.keys, cursor.lengthBytes + 4 + 1);
  const metadata = new GgufMetadata(source.name, await readEntries(cursor, keyCount));
  const alignment = alignmentOf(metadata, cursor);
  const tensors = await readInfos(cursor, tensorCount);
  const headerBytes = cursor.position;
  const dataOffset = Math.ceil(headerBytes / alignment) * alignment;
  placeTensors(tensors, { file: source.name, size: source.size, dataOffset, alignment });
  return {
    name: source.name,
    version,
    littleEndian: cursor.littleEndian,
    kind: kindOf(metadata, tensorCount),
    alignment,
    metadata,
    tensors,
    headerBytes,
    files: [{ name: source.name, bytes: source.size, dataOffset }],
  };
}

async function readVersion(cursor: HeaderCursor, source: ByteSource): Promise<1 | 2 | 3> {
  await cursor.load(Math.min(4, source.size), "the magic");
  const head = cursor.peek(64);
  const isGguf = MAGIC.every((byte, index) => head[index] === byte);
  if (!isGguf) throw new LoadoutError("weights-not-gguf", { file: source.name, ...looksLike(head) });
  cursor.skip(4, "the magic");
  await ensure(cursor, 4, "the version");
  const bytes = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8()] as const;
  // Versions are small: the end that is not zero tells the byte order.
  cursor.littleEndian = bytes[0] !== 0 || bytes[1] !== 0;
  const version = bytes.reduceRight((sum, _, place) => sum * 256 + bytes[cursor.littleEndian ? place : 3 - place]!, 0);
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new LoadoutError("weights-version", { file: source.name, got: version });
  }
  cursor.lengthBytes = version === 1 ? 4 : 8;
  return version;
}

async function readEntries(cursor: HeaderCursor, count: number): Promise<Map<string, GgufValue>> {
  const entries = new Map<string, GgufValue>();
  const keeper: Keeper = { elementsLeft: LIMITS.keptElementsTotal };
  for (let index = 0; index < count; index++) {
    const start = cursor.position;
    const key = await readKey(cursor, `metadata key ${index}`);
    if (entries.has(key)) throw duplicate(cursor, `metadata key ${index}`, key, start);
    entries.set(key, await readValue(cursor, `metadata "${key}"`, keeper));
  }
  return entries;
}

async function readInfos(cursor: HeaderCursor, count: number): Promise<PlacedTensor[]> {
  const infos: PlacedTensor[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    if (!cursor.has(INFO_BYTES)) await cursor.loadUpTo(INFO_BYTES, `tensor ${index}`);
    const start = cursor.position;
    const info = readTensorInfo(cursor, index);
    names.add(info.name);
    if (names.size === index) throw duplicate(cursor, `tensor ${index}`, info.name, start);
    infos.push(info);
  }
  return infos;
}

/** A count within its limit; where the bytes that are left cannot hold so many, the file was cut off. */
function countOf(cursor: HeaderCursor, place: string, limit: number, leastBytes: number): number {
  const at = cursor.position;
  const count = cursor.length();
  if (count > limit) throw cursor.over(place, limit, count, at);
  if (count * leastBytes > cursor.left) throw cursor.truncated(cursor.position + count * leastBytes, place);
  return count;
}

function alignmentOf(metadata: GgufMetadata, cursor: HeaderCursor): number {
  const alignment = metadata.count(ALIGNMENT_KEY) ?? 32;
  const good = alignment > 0 && alignment <= LIMITS.alignment && (alignment & (alignment - 1)) === 0;
  if (good) return alignment;
  throw cursor.bad(`metadata "${ALIGNMENT_KEY}"`, `a power of two of at most ${LIMITS.alignment}`, alignment);
}

function kindOf(metadata: GgufMetadata, tensorCount: number): GgufKind {
  const declared = KINDS[metadata.text("general.type") ?? ""];
  const kind = declared ?? KINDS[metadata.text("general.architecture") ?? ""] ?? "model";
  const part = (metadata.count("split.count") ?? 0) > 1;
  return kind === "model" && tensorCount === 0 && !part ? "vocabulary" : kind;
}

function duplicate(cursor: HeaderCursor, place: string, got: string, at: number): LoadoutError {
  return new LoadoutError("weights-duplicate", { file: cursor.name, place, at, got });
}

async function ensure(cursor: HeaderCursor, bytes: number, place: string): Promise<void> {
  if (!cursor.has(bytes)) await cursor.load(bytes, place);
}

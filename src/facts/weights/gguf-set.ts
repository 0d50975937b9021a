import { LoadoutError } from "../errors/index.ts";
import type { ByteSource } from "./byte-source.ts";
import { type GgufFile, readGguf } from "./gguf-read.ts";
import { LIMITS } from "./limits.ts";

/** Opens a file beside another by its full name; `undefined` where there is none. */
export type OpenBeside = (name: string) => Promise<ByteSource | undefined>;

const PART_NAME = /^(.*-)(\d{5})(-of-)(\d{5})(\.gguf)$/s;

/**
 * Reads a model that may be split over files (`-00001-of-00003.gguf`), from any of its parts. The result stands for the
 * whole: metadata of the first part, tensors of all, each with the number of its file.
 */
export async function readGgufSet(source: ByteSource, open: OpenBeside): Promise<GgufFile> {
  const given = await readGguf(source);
  const count = partCount(given);
  if (count <= 1) return given;
  const number = given.metadata.count("split.no") ?? 0;
  const parts: GgufFile[] = [];
  for (let part = 0; part < count; part++) {
    const file = part === number ? given : await readPart(given, part, count, open);
    check(file, "split.no", part);
    check(file, "split.count", count);
    parts.push(file);
  }
  return joined(given, parts);
}

/** Names of all files of the set that a name belongs to, in order; only itself where it names no part of one. */
export function partNames(name: string): string[] {
  const match = PART_NAME.exec(name);
  const count = Number(match?.[4] ?? 0);
  if (!match || count < 1 || count > LIMITS.splitFiles) return [name];
  return Array.from({ length: count }, (_, part) => partName(match, part));
}

function partName(match: RegExpExecArray, part: number): string {
  return `${match[1]}${String(part + 1).padStart(5, "0")}${match[3]}${match[4]}${match[5]}`;
}

function partCount(file: GgufFile): number {
  const count = file.metadata.count("split.count") ?? 0;
  if (count <= LIMITS.splitFiles) return count;
  throw wrong(file.name, 'metadata "split.count"', `at most ${LIMITS.splitFiles} files`, count);
}

async function readPart(given: GgufFile, part: number, count: number, open: OpenBeside): Promise<GgufFile> {
  const match = PART_NAME.exec(given.name);
  if (!match || Number(match[4]) !== count) {
    const expected = `a name ending in -NNNNN-of-${String(count).padStart(5, "0")}.gguf, as one of ${count} files`;
    throw wrong(given.name, "the name of a split file", expected, `"${given.name}"`);
  }
  const name = partName(match, part);
  const source = await open(name);
  if (!source) throw wrong(given.name, `part ${part + 1} of ${count}`, `the file "${name}"`, "none of that name");
  return readGguf(source);
}

function check(file: GgufFile, key: string, expected: number): void {
  const got = file.metadata.count(key);
  if (got !== expected) throw wrong(file.name, `metadata "${key}"`, expected, got ?? "none");
}

function joined(given: GgufFile, parts: readonly GgufFile[]): GgufFile {
  const [first = given] = parts;
  const tensors = parts.flatMap((part, file) => part.tensors.map((tensor) => ({ ...tensor, file })));
  const seen = new Set<string>();
  for (const { name, file } of tensors) {
    if (seen.has(name)) throw wrong(parts[file]!.name, `tensor "${name}"`, "each tensor in one file", "it in two");
    seen.add(name);
  }
  const declared = first.metadata.count("split.tensors.count");
  if (declared !== undefined && declared !== tensors.length) {
    throw wrong(first.name, 'metadata "split.tensors.count"', `${declared} tensors`, `${tensors.length} in all files`);
  }
  return {
    ...first,
    tensors,
    headerBytes: parts.reduce((sum, part) => sum + part.headerBytes, 0),
    files: parts.flatMap((part) => part.files),
  };
}

function wrong(file: string, place: string, expected: string | number, got: string | number): LoadoutError {
  return new LoadoutError("weights-split", { file, place, expected, got });
}

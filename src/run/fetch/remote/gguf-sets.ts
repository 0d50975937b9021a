import { typedName } from "../../../facts/model/index.ts";
import { partNames } from "../../../facts/weights/index.ts";
import type { ListedFile } from "./listing.ts";

/** One model file of a repository, or all files of a split one. */
export interface GgufSet {
  /** file type as its name says it, in capitals, else the file's name without its ending */
  readonly label: string;
  /** in the order of their parts */
  readonly files: readonly ListedFile[];
  readonly bytes: number;
}

/** Beside models: encoders for images and sound, and importance matrices. */
const NO_MODEL = /(?:^|[-_.])(?:mmproj|imatrix)(?:[-_.]|$)/i;

/** The models among a repository's files, smallest first; a set with a part missing is none. */
export function ggufSets(files: readonly ListedFile[]): GgufSet[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const sets: GgufSet[] = [];
  for (const { path } of files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!/\.gguf$/i.test(name) || NO_MODEL.test(name)) continue;
    const parts = partNames(path);
    if (parts[0] !== path) continue;
    const found = parts.map((part) => byPath.get(part)).filter((file) => file !== undefined);
    if (found.length < parts.length) continue;
    const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
    sets.push({ label: typedName(name).fileType ?? name.replace(/\.gguf$/i, ""), files: found, bytes });
  }
  return sets.sort((a, b) => a.bytes - b.bytes);
}

import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Bounds of one search. A models folder is a few levels deep (publisher/name/file, or a snapshot with subfolders: 3); the
 * bounds keep a search pointed at a whole disk from running for minutes.
 */
export interface WalkBounds {
  readonly depth: number;
  readonly entries: number;
}

const WALK_BOUNDS: WalkBounds = { depth: 8, entries: 50_000 };

export interface Walked {
  readonly path: string;
  readonly file: string;
}

/** Files below a folder whose name passes, links to files included, links to folders not followed (they may be loops). */
export async function walk(
  folder: string,
  accept: (file: string) => boolean,
  bounds: WalkBounds = WALK_BOUNDS,
): Promise<{ files: Walked[]; cut: boolean }> {
  const files: Walked[] = [];
  const waiting: [folder: string, depth: number][] = [[folder, 0]];
  let seen = 0;
  let cut = false;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [current, depth] = next;
    for (const entry of await entriesOf(current)) {
      seen += 1;
      if (seen > bounds.entries) return { files, cut: true };
      const path = join(current, entry.name);
      if (entry.isDirectory()) {
        if (depth + 1 < bounds.depth) waiting.push([path, depth + 1]);
        else cut = true;
      } else if (accept(entry.name)) files.push({ path, file: entry.name });
    }
  }
  return { files, cut };
}

/** Entries in name order; a folder that is missing or closed to us holds nothing. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** Size and place of a file after links, or undefined when a link leads nowhere. */
export async function lookAt(path: string): Promise<{ bytes: number; realPath: string; isFile: boolean } | undefined> {
  try {
    const [info, real] = await Promise.all([stat(path), realpath(path)]);
    return { bytes: info.size, realPath: real, isFile: info.isFile() };
  } catch {
    return undefined;
  }
}

/** The first four bytes say whether it is GGUF at all: an empty file or a Git LFS pointer has the name but not the content. */
export async function isGguf(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, "r");
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString("latin1") === "GGUF";
  } catch {
    return false;
  }
}

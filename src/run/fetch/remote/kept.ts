import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../home/index.ts";

/** The beginning of a remote file, as it was read. */
export interface Kept {
  /** ETag or sum of the whole file; of a listing its commit */
  readonly etag: string;
  /** of the whole file */
  readonly size: number;
  readonly bytes: Uint8Array;
}

/**
 * Beginnings of remote files in a folder that may be deleted at any time: one file each, a line of JSON and the bytes. What
 * does not match its own sum is called damaged and read as absent.
 */
export class KeptBytes {
  readonly #folder: string;
  readonly #onDamage: (path: string) => void;

  constructor(folder: string, onDamage: (path: string) => void = () => undefined) {
    this.#folder = folder;
    this.#onDamage = onDamage;
  }

  async read(name: string): Promise<Kept | undefined> {
    const path = this.#path(name);
    const file = await readFile(path).catch(() => undefined);
    if (file === undefined) return undefined;
    const end = file.indexOf(0x0a);
    const line = lineOf(file.subarray(0, Math.max(0, end)).toString("utf8"));
    const bytes = file.subarray(end + 1);
    if (
      line !== undefined &&
      line.name === name &&
      line.sha256 === sumOf(`${name}\n${line.etag}\n${line.size}\n`, bytes)
    )
      return { etag: line.etag, size: line.size, bytes };
    this.#onDamage(path);
    await rm(path, { force: true });
    return undefined;
  }

  /** A disk that is full or read-only costs the next reading its time, no more. */
  async write(name: string, { etag, size, bytes }: Kept): Promise<void> {
    const path = this.#path(name);
    const partial = `${path}.${process.pid}.partial`;
    const line = JSON.stringify({ name, etag, size, sha256: sumOf(`${name}\n${etag}\n${size}\n`, bytes) });
    try {
      await makeFolder(this.#folder);
      await writeFile(partial, Buffer.concat([Buffer.from(`${line}\n`), bytes]));
      await rename(partial, path);
    } catch {
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${sumOf(name).slice(0, 40)}.kept`);
  }
}

interface Line {
  readonly name: string;
  readonly etag: string;
  readonly size: number;
  readonly sha256: string;
}

function lineOf(text: string): Line | undefined {
  try {
    const value: Partial<Line> = JSON.parse(text);
    const { name, etag, size, sha256 } = value;
    if (typeof name !== "string" || typeof etag !== "string" || typeof size !== "number") return undefined;
    return typeof sha256 === "string" ? { name, etag, size, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

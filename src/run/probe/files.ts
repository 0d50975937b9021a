import { mkdir, readdir, readFile, rename, statfs, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** The few things the probe asks of a file system. What cannot be read is absent, whatever the reason. */
export interface Files {
  read(path: string): Promise<string | undefined>;
  /** names in a folder; empty when there is none */
  list(folder: string): Promise<readonly string[]>;
  /** replaces a file as a whole; false when that is not possible */
  write(path: string, text: string): Promise<boolean>;
  /** bytes that a user may still write below `path`, which need not exist yet */
  freeBytes(path: string): Promise<number | undefined>;
}

/** The file system of this machine. */
export const machineFiles: Files = {
  async read(path) {
    try {
      return await readFile(path, "utf8");
    } catch {
      return undefined;
    }
  },
  async list(folder) {
    try {
      return (await readdir(folder)).sort();
    } catch {
      return [];
    }
  },
  async write(path, text) {
    const draft = `${path}.${process.pid}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, text);
      await rename(draft, path);
      return true;
    } catch {
      return false;
    }
  },
  freeBytes: diskFreeBytes,
};

/** Bytes a user may still write below `path` (blocks kept for root not counted); of its nearest folder that exists. */
export async function diskFreeBytes(path: string): Promise<number | undefined> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch {
      if (dirname(folder) === folder) return undefined;
    }
  }
}

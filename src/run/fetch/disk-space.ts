import { statfs } from "node:fs/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import { formatFileBytes } from "../../facts/units/index.ts";
import { codeOf, messageOf } from "../home/index.ts";

/** Left free beside a download, so that the machine does not come to a stop because of it. */
const RESERVE_BYTES = 64 * 2 ** 20;

/** Bytes a normal user may still write into a folder. */
export type FreeBytes = (folder: string) => Promise<number>;

export const freeBytesOf: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Refuses before the first byte what would not fit at the end. `folder` must exist. */
export async function checkSpace(folder: string, bytes: number, what: string, freeBytes: FreeBytes): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= bytes + RESERVE_BYTES) return;
  throw diskFull(folder, what, bytes + RESERVE_BYTES, free);
}

/** The error for a write that the system refused. */
export function writeFailure(error: unknown, path: string, what: string, needBytes: number): LoadoutError {
  if (codeOf(error) === "ENOSPC") return diskFull(path, what, needBytes, 0);
  return new LoadoutError("file-unwritable", { path, got: messageOf(error) }, { cause: error });
}

function diskFull(path: string, what: string, needBytes: number, freeBytes: number): LoadoutError {
  const [expected, got] = [formatFileBytes(needBytes), formatFileBytes(freeBytes)];
  return new LoadoutError("disk-full", { path, what, expected, got, needBytes, freeBytes });
}

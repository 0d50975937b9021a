import { open, stat, type FileHandle } from "node:fs/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import { codeOf, messageOf } from "../home/index.ts";
import type { ByteSource } from "../../facts/weights/byte-source.ts";

/** A source that holds something open; close it, or let `await using` do it. */
export interface ClosableSource extends ByteSource, AsyncDisposable {
  close(): Promise<void>;
}

/** A local file as a byte source. Reads are positioned: several may run at once. */
export async function openFileSource(path: string): Promise<ClosableSource> {
  let handle: FileHandle;
  try {
    // before it is opened: opening a named pipe would wait for somebody to write to it
    if (!(await stat(path)).isFile()) throw new LoadoutError("file-unreadable", { path, got: "it is not a file" });
    handle = await open(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  const { size } = await handle.stat();
  const close = () => handle.close();
  return {
    name: path,
    size,
    read: (offset, length) => readFully(handle, path, offset, Math.min(length, Math.max(0, size - offset))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One system call may return less than asked for; a file that has shrunk returns what there is. */
async function readFully(handle: FileHandle, path: string, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  try {
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return filled === length ? buffer : buffer.subarray(0, filled);
}

function unreadable(path: string, error: unknown): LoadoutError {
  if (error instanceof LoadoutError) return error;
  const got = codeOf(error) === "ENOENT" ? "there is no such file" : messageOf(error);
  return new LoadoutError("file-unreadable", { path, got }, { cause: error });
}

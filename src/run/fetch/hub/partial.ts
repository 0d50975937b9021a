import { createHash, type Hash } from "node:crypto";
import { constants, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../../home/index.ts";

const READ_BYTES = 1 << 20;

/**
 * A download in progress. Its own length is the journal: a piece counts as fetched when the system has taken it, so that a
 * killed process loses nothing that it had received and written, at most the piece in its hands. What a power cut may lose
 * behind a file's length is caught by the sum at the end.
 */
export class PartialFile implements AsyncDisposable {
  readonly path: string;
  /** bytes that were there when it was opened */
  readonly resumedBytes: number;
  #bytes: number;
  readonly #handle: FileHandle;
  #hash: Hash;

  private constructor(path: string, handle: FileHandle, bytes: number, hash: Hash) {
    this.path = path;
    this.#handle = handle;
    this.#bytes = bytes;
    this.resumedBytes = bytes;
    this.#hash = hash;
  }

  /** Opens what an earlier run has left, or begins. A file longer than the whole is not ours and is begun anew. */
  static async open(path: string, totalBytes: number): Promise<PartialFile> {
    await makeFolder(dirname(path));
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT); // not for appending: Windows then lets nobody truncate
    try {
      let { size } = await handle.stat();
      if (size > totalBytes) {
        await handle.truncate(0);
        size = 0;
      }
      return new PartialFile(path, handle, size, await hashStart(handle, size));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a piece at the end; returns when the system has it. */
  async append(piece: Uint8Array): Promise<void> {
    this.#hash.update(piece);
    for (let at = 0; at < piece.byteLength;) {
      const { bytesWritten } = await this.#handle.write(piece, at, piece.byteLength - at, this.#bytes);
      at += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#bytes = 0;
    this.#hash = createHash("sha256");
  }

  /** sha256 of what is there, in hex. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Puts the bytes on the disk and gives the file its final name. */
  async finish(path: string): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.path, path);
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close(); // closing twice does nothing
  }
}

async function hashStart(handle: FileHandle, bytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(READ_BYTES, bytes));
  for (let at = 0; at < bytes;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.byteLength, bytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash;
}

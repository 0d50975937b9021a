import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LoadoutError } from "../../facts/errors/index.ts";
import { writeFailure } from "./disk-space.ts";
import { makeFolder } from "../home/index.ts";

/**
 * Writes pieces to a file that appears under its name only when it is whole, its sha256 right and its bytes on the disk.
 * `piece` is called with the bytes written so far.
 */
export async function storeFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  sha256: string,
  piece?: (bytes: number) => void,
): Promise<void> {
  const partial = join(await makeFolder(dirname(path)), `.${process.pid}.partial`);
  const hash = createHash("sha256");
  try {
    {
      await using handle = await open(partial, "w");
      let bytes = 0;
      for await (const chunk of pieces) {
        hash.update(chunk);
        await writeFully(handle, chunk, partial);
        bytes += chunk.byteLength;
        piece?.(bytes);
      }
      const got = hash.digest("hex");
      if (got !== sha256)
        throw new LoadoutError("hash-mismatch", { what: path, algorithm: "sha256", expected: sha256, got });
      await handle.sync();
    }
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

async function writeFully(handle: Handle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    for (let at = 0; at < chunk.byteLength;) at += (await handle.write(chunk, at)).bytesWritten;
  } catch (error) {
    throw writeFailure(error, path, "the file", chunk.byteLength);
  }
}

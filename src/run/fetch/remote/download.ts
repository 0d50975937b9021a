import { createHash } from "node:crypto";
import { open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { makeFolder } from "../../home/index.ts";
import { openHttpSource } from "../../source/index.ts";
import { checkSpace, freeBytesOf } from "../disk-space.ts";
import { type Reading, requestOptions } from "./reading.ts";
import type { RemoteFile } from "./remote-source.ts";

/** One request asks for at most four times this. */
const BLOCK_BYTES = 4 * 2 ** 20;

export interface AddressDownload {
  readonly folder: string;
  readonly onBytes?: (done: number) => void;
}

/**
 * Fetches a file by ranges into a folder; a download that was cut goes on where it ended, if the file is still the same (its
 * ETag is in the partial file's name). No sum is published for an address, so there is none to compare.
 */
export async function downloadAddress(file: RemoteFile, reading: Reading, options: AddressDownload): Promise<string> {
  const { url } = file.request;
  const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);
  // parts of a set lie beside each other under their own names, as engines look for them
  const slash = url.pathname.lastIndexOf("/");
  const folder = await makeFolder(join(options.folder, digest(`${url.origin}${url.pathname.slice(0, slash)}`)));
  const path = join(folder, decodeURIComponent(url.pathname.slice(slash + 1)).replace(/[^\w.-]+/g, "-"));
  if ((await stat(path).catch(() => undefined))?.size === file.size) return path;
  if (reading.offline) throw new LoadoutError("not-kept", { what: file.name });
  const partial = `${path}.${digest(`${file.etag} ${file.size}`)}.part`;
  await checkSpace(folder, file.size, file.name, freeBytesOf);
  {
    await using handle = await open(partial, "a");
    let at = (await handle.stat()).size;
    const { onBytes: _, ...request } = requestOptions(reading);
    const source = await openHttpSource(url, {
      ...request,
      blockBytes: BLOCK_BYTES,
      firstByte: Math.min(at, file.size - 1),
    });
    while (at < file.size) {
      if (reading.signal?.aborted) throw new LoadoutError("interrupted");
      const bytes = await source.read(at, Math.min(BLOCK_BYTES, file.size - at));
      await handle.appendFile(bytes);
      at += bytes.byteLength;
      options.onBytes?.(at);
    }
    await handle.sync();
  }
  await rename(partial, path);
  return path;
}

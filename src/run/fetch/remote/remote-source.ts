import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import type { ByteSource } from "../../../facts/weights/byte-source.ts";
import { openHttpSource, type HttpRequest } from "../../source/index.ts";
import type { Kept } from "./kept.ts";
import { MOST_HEADER_BYTES, type Reading, requestOptions } from "./reading.ts";

/** A file behind HTTP as far as its header goes. */
export interface RemoteSource extends ByteSource {
  /** writes to the cache what has come; also after a failure, so that the next try goes on from there */
  keep(): Promise<void>;
}

export interface RemoteFile {
  /** how errors call it */
  readonly name: string;
  readonly request: Pick<HttpRequest, "url" | "token">;
  readonly size: number;
  /** changes when the bytes do, and names them in the cache */
  readonly etag: string;
  /** least bytes of one request; later parts of a set have short headers */
  readonly blockBytes?: number;
}

const BLOCK_BYTES = 2 ** 20;

/** Beginning of a file: from the cache as far as it goes, then by ranges. Only grows front to back, and not beyond a header. */
export async function openRemote(file: RemoteFile, reading: Reading): Promise<RemoteSource> {
  const { name, size, etag, blockBytes = BLOCK_BYTES } = file;
  const key = `${name} ${etag}`;
  const kept = await reading.kept.read(key);
  const usable: Kept | undefined = kept?.etag === etag && kept.size === size ? kept : undefined;
  let held = usable?.bytes ?? new Uint8Array(0);
  let end = held.byteLength;
  let network: Promise<ByteSource> | undefined;

  async function grow(asked: number): Promise<void> {
    if (asked > MOST_HEADER_BYTES)
      throw new LoadoutError("header-too-long", { what: name, expected: formatFileBytes(MOST_HEADER_BYTES) });
    if (reading.offline) throw new LoadoutError("not-kept", { what: name });
    network ??= open();
    // to the end of what the request brings anyway, so that the next try begins where this one ended
    const to = Math.min(size, Math.ceil(asked / blockBytes) * blockBytes);
    const bytes = await (await network).read(end, to - end);
    if (to > held.byteLength) {
      const larger = new Uint8Array(Math.min(size, Math.max(to, 2 * held.byteLength)));
      larger.set(held.subarray(0, end));
      held = larger;
    }
    held.set(bytes, end);
    end += bytes.byteLength;
  }

  async function open(): Promise<ByteSource> {
    const source = await openHttpSource(file.request.url, {
      ...requestOptions(reading),
      ...(file.request.token ? { token: file.request.token } : {}),
      blockBytes,
      firstByte: end,
    });
    if (source.size === size) return source;
    const got = `a file of ${source.size} bytes where ${size} were listed`;
    throw new LoadoutError("ranges-refused", { what: name, host: file.request.url.host, got });
  }

  // one at a time: what two readers want is asked for once
  let queue: Promise<unknown> = Promise.resolve();
  const read = (offset: number, length: number): Promise<Uint8Array> => {
    const to = Math.min(offset + length, size);
    const task = queue.then(async () => {
      if (to > end) await grow(to);
      return held.slice(offset, Math.max(offset, Math.min(to, end)));
    });
    queue = task.catch(() => undefined);
    return task;
  };
  const keep = async () => {
    if (end > (usable?.bytes.byteLength ?? 0))
      await reading.kept.write(key, { etag, size, bytes: held.subarray(0, end) });
  };
  return { name, size, read, keep };
}

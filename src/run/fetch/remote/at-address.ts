import { partNames } from "../../../facts/weights/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { messageOf } from "../../home/index.ts";
import {
  contentRange,
  header,
  isTransient,
  numberHeader,
  openHttp,
  refusal,
  RETRIES,
  withRetries,
} from "../../source/index.ts";
import { type Reading, requestOptions } from "./reading.ts";
import type { RemoteFile } from "./remote-source.ts";

/**
 * The file at an address and, where its name says that it is part of a set, the others beside it. Size and ETag are asked for
 * by HEAD, which brings no bytes; a server without HEAD is asked for one byte.
 */
export async function addressOf(url: URL, reading: Reading): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  for (const path of partNames(url.pathname)) {
    const part = new URL(url);
    part.pathname = path;
    files.push(await fileAt(part, reading));
  }
  return files;
}

async function fileAt(url: URL, reading: Reading): Promise<RemoteFile> {
  const name = `${url.origin}${url.pathname}`;
  const key = `address ${name}`;
  const kept = await reading.kept.read(key);
  const before = kept && { name, request: { url }, size: kept.size, etag: kept.etag };
  if (reading.offline) {
    if (!before) throw new LoadoutError("not-kept", { what: name });
    reading.onNote?.(`${name} is from the cache: the network is not to be used`);
    return before;
  }
  try {
    const retries = { ...(reading.retries ?? RETRIES), ...(before ? { attempts: 1 } : {}) };
    const known = await withRetries(() => askSize(url, name, reading), retries, reading.signal);
    await reading.kept.write(key, { ...known, bytes: new Uint8Array(0) });
    return { name, request: { url }, ...known };
  } catch (error) {
    if (!before || !isTransient(error)) throw error;
    reading.onNote?.(`${name} is from the cache: ${messageOf(error)}`);
    return before;
  }
}

async function askSize(url: URL, name: string, reading: Reading): Promise<{ size: number; etag: string }> {
  const { onBytes: _, ...options } = requestOptions(reading);
  let answer = await openHttp({ url, method: "HEAD", ...options });
  answer.body.destroy();
  let size = numberHeader(answer.headers, "content-length");
  if (answer.status !== 200 || size === undefined) {
    answer = await openHttp({ url, headers: { range: "bytes=0-0" }, ...options });
    answer.body.destroy();
    size = contentRange(answer.headers)?.total;
  }
  const { status, headers } = answer;
  if (status >= 400) throw refusal(status, headers, answer.url.host, name);
  if (size === undefined) {
    const got = "an answer without a size: it does not serve ranges";
    throw new LoadoutError("ranges-refused", { what: name, host: answer.url.host, got });
  }
  // a server without ETag: the time of the last change, else the size alone tells versions apart
  return { size, etag: header(headers, "etag") ?? header(headers, "last-modified") ?? `size ${size}` };
}

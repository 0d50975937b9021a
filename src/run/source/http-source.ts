import { LoadoutError } from "../../facts/errors/index.ts";
import type { ByteSource } from "../../facts/weights/byte-source.ts";
import { contentRange, header, numberHeader, refusal } from "./http-answer.ts";
import { openHttp, unreachable, type HttpAnswer, type HttpRequest } from "./http-request.ts";
import { RETRIES, withRetries, type Retries } from "./retry.ts";

export interface HttpSourceOptions extends Omit<HttpRequest, "url" | "method" | "enough"> {
  readonly retries?: Retries;
  /** least bytes of one request */
  readonly blockBytes?: number;
  /** where reading will begin: the first request asks for the block of this byte; 0 unless said */
  readonly firstByte?: number;
  /** called with the bytes of each answer that was read */
  readonly onBytes?: (bytes: number) => void;
}

/** A header is read front to back in small steps; one request a MiB keeps a 9 MB header at four requests (see below). */
const BLOCK_BYTES = 2 ** 20;
/** Each request that follows on the one before asks for twice as much, up to this many blocks. */
const MAX_RUN = 4;
/** Blocks kept: more than the longest run, so that a run is read out before it is dropped. */
const MAX_KEPT = 16;

/**
 * A file behind HTTP as a byte source, read in ranges. Refuses a server that ignores ranges (the answer would be the whole
 * file) unless the file is no longer than a block, and a file that changes between two reads.
 */
export async function openHttpSource(url: URL, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const { retries = RETRIES, blockBytes = BLOCK_BYTES, signal } = options;
  const name = `${url.origin}${url.pathname}`;
  const begin = Math.floor((options.firstByte ?? 0) / blockBytes);
  const first = await withRetries(() => firstBlock(url, options, begin * blockBytes, blockBytes), retries, signal);
  const { size, etag } = first;
  const blocks = new Map<number, Uint8Array>([[begin, first.bytes]]);
  let next = begin + 1;
  let run = 1;

  async function load(block: number): Promise<Uint8Array> {
    run = block === next ? Math.min(run * 2, MAX_RUN) : 1;
    next = block + run;
    const start = block * blockBytes;
    const length = Math.min(run * blockBytes, size - start);
    const bytes = await withRetries(
      () => readRange(url, options, start, length, { size, etag, name }),
      retries,
      signal,
    );
    for (let at = 0; at < length; at += blockBytes)
      keep(block + at / blockBytes, bytes.subarray(at, Math.min(at + blockBytes, length)));
    return bytes.subarray(0, blockBytes);
  }

  function keep(block: number, bytes: Uint8Array): void {
    blocks.delete(block);
    blocks.set(block, bytes);
    if (blocks.size > MAX_KEPT) blocks.delete(blocks.keys().next().value!);
  }

  // one at a time: two readers of the same block share one request
  let queue: Promise<unknown> = Promise.resolve();
  const read = (offset: number, length: number): Promise<Uint8Array> => {
    const task = queue.then(() => gather(offset, Math.max(0, Math.min(length, size - offset))));
    queue = task.catch(() => undefined);
    return task;
  };

  async function gather(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const block = Math.floor((offset + at) / blockBytes);
      const held = blocks.get(block) ?? (await load(block));
      const from = offset + at - block * blockBytes;
      const part = held.subarray(from, Math.min(from + length - at, held.byteLength));
      bytes.set(part, at);
      at += part.byteLength;
    }
    return bytes;
  }

  return { name, size, read };
}

interface Known {
  readonly size: number;
  readonly etag: string | undefined;
  readonly name: string;
}

async function firstBlock(url: URL, options: HttpSourceOptions, start: number, blockBytes: number) {
  const answer = await openRange(url, options, start, blockBytes);
  const name = `${url.origin}${url.pathname}`;
  const { status, headers } = answer;
  const etag = header(headers, "etag");
  if (status === 416 && start === 0) {
    answer.body.destroy();
    return { size: 0, bytes: new Uint8Array(0), etag }; // the only range an empty file refuses
  }
  const range = contentRange(headers);
  const whole = numberHeader(headers, "content-length");
  const isSmall = status === 200 && start === 0 && (whole ?? Infinity) <= blockBytes;
  const size = status === 206 ? range?.total : isSmall ? whole : undefined;
  if (size === undefined || (status === 206 && range?.start !== start)) throw unusable(answer, name);
  return { size, bytes: await bodyOf(answer, Math.min(size - start, blockBytes), options), etag };
}

async function readRange(url: URL, options: HttpSourceOptions, start: number, length: number, known: Known) {
  const answer = await openRange(url, options, start, length);
  const range = contentRange(answer.headers);
  const etag = header(answer.headers, "etag");
  if (answer.status !== 206 || range?.start !== start) throw unusable(answer, known.name);
  if (etag !== known.etag || (range.total ?? known.size) !== known.size) {
    answer.body.destroy();
    throw new LoadoutError("ranges-refused", { what: known.name, host: url.host, got: "another version of the file" });
  }
  return bodyOf(answer, length, options);
}

function openRange(url: URL, options: HttpSourceOptions, start: number, length: number): Promise<HttpAnswer> {
  return openHttp({ ...options, url, headers: { ...options.headers, range: `bytes=${start}-${start + length - 1}` } });
}

function unusable(answer: HttpAnswer, name: string): LoadoutError {
  answer.body.destroy();
  const { status, headers, url } = answer;
  if (status >= 400) return refusal(status, headers, url.host, name);
  const got = status === 200 ? "the whole file: it does not serve ranges" : `status ${status} with another range`;
  return new LoadoutError("ranges-refused", { what: name, host: url.host, got });
}

async function bodyOf({ body, url }: HttpAnswer, length: number, options: HttpSourceOptions): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    const chunks: AsyncIterable<Uint8Array> = body;
    for await (const chunk of chunks) {
      const part = chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.byteLength;
      if (chunk.byteLength > part.byteLength) break; // more than was asked for
    }
  } catch (error) {
    throw unreachable(url, error, options.signal);
  } finally {
    options.onBytes?.(filled);
  }
  if (filled === length) return bytes;
  throw new LoadoutError("remote-failed", { host: url.host, what: url.pathname, got: `${filled} of ${length} bytes` });
}

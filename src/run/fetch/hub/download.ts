import { dirname } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { makeFolder } from "../../home/index.ts";
import { backoffMs, isTransient, RETRIES, type HttpLimits, type Retries } from "../../source/index.ts";
import { checkSpace, freeBytesOf, type FreeBytes } from "../disk-space.ts";
import { lookAt } from "../local/index.ts";
import { progressMeter, type OnProgress } from "../progress.ts";
import type { Hub, HubAddress } from "./address.ts";
import { cachedFile, isCommit, layoutOf, publish, type Layout } from "./layout.ts";
import { withLock } from "../lock.ts";
import { readMetadata, type HubMetadata } from "./metadata.ts";
import { PartialFile } from "./partial.ts";
import { ChangedUpstream, streamWindow } from "./stream.ts";

export interface HubDownload {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** hex; else the hub's own sum is what is checked */
  readonly sha256?: string;
  /** asked with the true size, after the hub has told it and before the first byte */
  readonly consent?: (bytes: number) => Promise<void>;
  readonly limits?: Partial<HttpLimits>;
  readonly retries?: Retries;
  readonly freeBytes?: FreeBytes;
  /** a clock in milliseconds */
  readonly now?: () => number;
}

export interface HubResult {
  readonly path: string;
  readonly bytes: number;
  /** of the content; undefined when the file was in the cache already */
  readonly sha256?: string;
  /** whether a published sha256 was there to compare with */
  readonly verified: boolean;
}

/** A file that changes while it is fetched is begun again; one that changes this often is not worth the wait. */
const MAX_CHANGES = 3;

/** Gets a file of the hub into the shared cache, or finds it there; returns the path in its snapshot. */
export async function downloadFromHub(hub: Hub, address: HubAddress, options: HubDownload = {}): Promise<HubResult> {
  const layout = layoutOf(hub, address.repository);
  const what = `${address.repository}/${address.file}`;
  const cached = await cachedFile(layout, address);
  if (cached !== undefined && (hub.offline || isCommit(address.revision))) return inCache(cached);
  const host = new URL(hub.endpoint).host;
  if (hub.offline) throw new LoadoutError("network-unreachable", { host, got: "HF_HUB_OFFLINE is set" });
  for (let changes = 0; changes < MAX_CHANGES; changes += 1) {
    const metadata = await metadataOr(hub, address, options, cached);
    if (metadata === undefined) return inCache(cached!);
    const expected = sumOf(metadata, options.sha256, what);
    try {
      const job = { hub, address, metadata, expected, what };
      return await withLock(layout.locks, metadata.etag, what, () => fetchBlob(layout, job, options));
    } catch (error) {
      if (!(error instanceof ChangedUpstream)) throw error;
    }
  }
  throw new LoadoutError("remote-failed", { host, what, got: "another version of the file each time" });
}

interface Job {
  readonly hub: Hub;
  readonly address: HubAddress;
  readonly metadata: HubMetadata;
  /** sha256 in hex, where one is published */
  readonly expected: string | undefined;
  readonly what: string;
}

async function fetchBlob(layout: Layout, job: Job, options: HubDownload): Promise<HubResult> {
  const { address, metadata, expected, what } = job;
  const { commit, etag, bytes } = metadata;
  const blob = layout.blob(etag);
  const there = await lookAt(blob);
  if (there?.isFile && there.bytes === bytes)
    return { path: await publish(layout, address, commit, etag), bytes, verified: expected !== undefined };
  await options.consent?.(bytes);
  await using partial = await PartialFile.open(`${blob}.incomplete`, bytes);
  const free = options.freeBytes ?? freeBytesOf;
  await checkSpace(await makeFolder(dirname(blob)), bytes - partial.bytes, what, free);
  const sha256 = await fetchRest(partial, job, options);
  if (expected !== undefined && sha256 !== expected) {
    const resumed = partial.resumedBytes > 0;
    await partial.discard();
    // an old piece may have been damaged by a power cut or by another tool: once more, from the start
    if (resumed) throw new ChangedUpstream();
    throw new LoadoutError("hash-mismatch", { what, algorithm: "sha256", expected, got: sha256 });
  }
  await partial.finish(blob);
  return { path: await publish(layout, address, commit, etag), bytes, sha256, verified: expected !== undefined };
}

/** Requests until the file is whole. Tries that bring bytes are free, those in a row that bring none are counted. */
async function fetchRest(partial: PartialFile, job: Job, options: HubDownload): Promise<string> {
  const { signal, retries = RETRIES, limits = {} } = options;
  const { bytes } = job.metadata;
  const report = progressMeter(bytes, options.onProgress, options.now ?? Date.now);
  report(partial.bytes);
  const request = { ...job, limits, onBytes: () => report(partial.bytes), ...(signal ? { signal } : {}) };
  const place = {};
  for (let failures = 0; partial.bytes < bytes;) {
    const before = partial.bytes;
    let failure: unknown;
    try {
      await streamWindow(partial, request, place);
    } catch (error) {
      failure = error;
      if (!isTransient(error)) throw error;
    }
    failures = partial.bytes > before ? 0 : failures + 1;
    if (failures >= retries.attempts) throw failure ?? cutShort(job, partial.bytes);
    if (partial.bytes < bytes && failures > 0) await retries.delay(backoffMs(failures, retries), signal);
  }
  return partial.sha256();
}

function cutShort({ hub, what, metadata }: Job, bytes: number): LoadoutError {
  const got = `${bytes} of ${metadata.bytes} bytes, then the connection ended`;
  return new LoadoutError("remote-failed", { host: new URL(hub.endpoint).host, what, got });
}

/** What the hub says; undefined when it cannot be reached but a copy from before is in the cache. */
async function metadataOr(hub: Hub, address: HubAddress, options: HubDownload, cached: string | undefined) {
  try {
    return await readMetadata(hub, address, options.limits ?? {}, options.signal);
  } catch (error) {
    if (cached !== undefined && isTransient(error)) return undefined;
    throw error;
  }
}

/** The sum to check: the one that was given, which the hub's must not contradict, or the hub's where it is a sha256. */
function sumOf({ etag }: HubMetadata, given: string | undefined, what: string): string | undefined {
  const published = /^[0-9a-f]{64}$/.test(etag) ? etag : undefined;
  if (given !== undefined && published !== undefined && given !== published)
    throw new LoadoutError("hash-mismatch", { what, algorithm: "sha256", expected: given, got: published });
  return given ?? published;
}

async function inCache(path: string): Promise<HubResult> {
  return { path, bytes: (await lookAt(path))?.bytes ?? 0, verified: false };
}

import { LoadoutError } from "../../../facts/errors/index.ts";
import {
  contentRange,
  header,
  numberHeader,
  openHttp,
  refusal,
  unreachable,
  type HttpAnswer,
  type HttpLimits,
} from "../../source/index.ts";
import { writeFailure } from "../disk-space.ts";
import type { Hub, HubAddress } from "./address.ts";
import { etagOf, hubRequest, plainEtag, type HubMetadata } from "./metadata.ts";
import type { PartialFile } from "./partial.ts";

/** The file at this address is no longer the one that was asked about. */
export class ChangedUpstream extends Error {}

/**
 * Bytes asked for at once. What is on its way when a process is killed is lost: it lies in the buffers of both systems, where
 * an open-ended answer left 5 MB on one machine. Asking for three quarters of a MiB keeps what is ever fetched twice below one.
 * The price is a round trip a window: at 20 ms a line of 100 Mbit/s loses a quarter of its pace, and none passes 39 MB/s.
 */
const WINDOW_BYTES = 3 * 2 ** 18;

export interface StreamRequest {
  readonly hub: Hub;
  readonly address: HubAddress;
  readonly metadata: HubMetadata;
  readonly limits: Partial<HttpLimits>;
  readonly signal?: AbortSignal;
  /** called after every piece that was written */
  readonly onBytes: () => void;
}

/** Where the hub has sent us: asked directly for the next window, so that the hub is not asked once a MiB. */
export interface ContentPlace {
  url?: URL;
  etag?: string | undefined;
}

/** One request for the next window of a file, appended as it comes. Returns early when the connection ends early. */
export async function streamWindow(partial: PartialFile, request: StreamRequest, place: ContentPlace): Promise<void> {
  const { metadata, signal } = request;
  const answer = await openWindow(partial, request, place.url);
  try {
    let skip = await startOf(answer, partial, request, place);
    const pieces: AsyncIterable<Uint8Array> = answer.body;
    for await (const piece of pieces) {
      const rest = piece.subarray(Math.min(skip, piece.byteLength));
      skip -= piece.byteLength - rest.byteLength;
      if (rest.byteLength > metadata.bytes - partial.bytes) throw new ChangedUpstream();
      await append(partial, rest, request);
      request.onBytes();
    }
  } catch (error) {
    delete place.url; // whatever it was, the hub may know a better place
    if (error instanceof LoadoutError || error instanceof ChangedUpstream) throw error;
    throw unreachable(answer.url, error, signal);
  } finally {
    answer.body.destroy();
  }
}

function openWindow(partial: PartialFile, request: StreamRequest, direct: URL | undefined): Promise<HttpAnswer> {
  const { hub, address, metadata, limits, signal } = request;
  const end = Math.min(partial.bytes + WINDOW_BYTES, metadata.bytes) - 1;
  const headers = { range: `bytes=${partial.bytes}-${end}` };
  if (direct !== undefined) return openHttp({ url: direct, headers, limits, ...(signal ? { signal } : {}) });
  return openHttp({ ...hubRequest(hub, { ...address, revision: metadata.commit }, limits, signal), headers });
}

/** Checks that the answer is the next part of the right file; returns how many of its bytes are here already. */
async function startOf(
  { status, headers, hops, url }: HttpAnswer,
  partial: PartialFile,
  { metadata, address }: StreamRequest,
  place: ContentPlace,
): Promise<number> {
  const what = `${address.repository}/${address.file}`;
  if (status === 416) {
    // there is nothing behind what we have: it was another file
    await partial.restart();
    throw new ChangedUpstream();
  }
  if (status !== 200 && status !== 206) {
    const error = refusal(status, headers, url.host, what);
    // signed addresses expire: the next try asks the hub for a new one
    throw place.url === undefined ? error : new LoadoutError("remote-failed", { ...error.details, what });
  }
  checkVersion(
    place,
    etagOf(hops),
    plainEtag(header(headers, "etag")),
    hops.length > 1 || place.url !== undefined,
    metadata,
  );
  if (hops.length > 1) place.url = url;
  if (status === 206) {
    const range = contentRange(headers);
    if (range?.start !== partial.bytes || (range.total ?? metadata.bytes) !== metadata.bytes)
      throw new ChangedUpstream();
    return 0;
  }
  if ((numberHeader(headers, "content-length") ?? metadata.bytes) !== metadata.bytes) throw new ChangedUpstream();
  return partial.bytes; // the server ignores ranges: what we have comes again and is stepped over
}

/** Behind a redirect only the linked sum is the hub's; the content network's own mark must at least stay the same. */
function checkVersion(
  place: ContentPlace,
  linked: string | undefined,
  plain: string | undefined,
  redirected: boolean,
  metadata: HubMetadata,
): void {
  const hubs = linked ?? (redirected ? undefined : plain);
  if (hubs !== undefined && hubs !== metadata.etag) throw new ChangedUpstream();
  if (!redirected) return;
  if (place.etag !== undefined && plain !== undefined && place.etag !== plain) throw new ChangedUpstream();
  place.etag = plain ?? place.etag;
}

/** A full disk is no fault of the network. */
async function append(partial: PartialFile, piece: Uint8Array, { address, metadata }: StreamRequest): Promise<void> {
  if (piece.byteLength === 0) return;
  try {
    await partial.append(piece);
  } catch (error) {
    throw writeFailure(error, partial.path, address.file, metadata.bytes - partial.bytes);
  }
}

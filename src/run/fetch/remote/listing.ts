import { LoadoutError } from "../../../facts/errors/index.ts";
import { messageOf } from "../../home/index.ts";
import { isTransient, openHttp, refusal, RETRIES, unreachable, withRetries } from "../../source/index.ts";
import { type Hub, isCommit, resolveUrl } from "../hub/index.ts";
import { type Reading, requestOptions } from "./reading.ts";

/** A file of a repository as the hub lists it. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  /** sha256 of files under large file storage, else a git object id */
  readonly etag: string;
}

/** A repository at one commit. */
export interface Listing {
  readonly repository: string;
  readonly commit: string;
  readonly files: readonly ListedFile[];
}

/** The largest repositories have some thousand files, about 300 bytes of answer each. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Files of a model repository: `GET /api/models/OWNER/NAME/revision/REVISION?blobs=true` (Hugging Face hub API). Kept in the
 * cache: asked for again where a branch may have moved, used as it is where the hub cannot be reached, and that is said.
 */
export async function listRepository(
  hub: Hub,
  repository: string,
  revision: string,
  reading: Reading,
): Promise<Listing> {
  const url = listingUrl(hub, repository, revision);
  const key = `listing ${url.href}`;
  const kept = await reading.kept.read(key);
  const before = kept && listingOf(repository, new TextDecoder().decode(kept.bytes));
  if (before && isCommit(revision)) return before;
  if (reading.offline) {
    if (!before) throw new LoadoutError("not-kept", { what: repository });
    reading.onNote?.(`the list of files of ${repository} is from the cache: the network is not to be used`);
    return before;
  }
  try {
    // who has an answer already does not wait for a network that may be absent
    const retries = { ...(reading.retries ?? RETRIES), ...(before ? { attempts: 1 } : {}) };
    const text = await withRetries(() => fetchText(hub, url, repository, reading), retries, reading.signal);
    const listing = listingOf(repository, text);
    if (!listing)
      throw new LoadoutError("remote-failed", { host: url.host, what: repository, got: "no list of files" });
    const bytes = new TextEncoder().encode(text);
    await reading.kept.write(key, { etag: listing.commit, size: bytes.byteLength, bytes });
    return listing;
  } catch (error) {
    if (!before || !isTransient(error)) throw error;
    reading.onNote?.(`the list of files of ${repository} is from the cache: ${messageOf(error)}`);
    return before;
  }
}

function listingUrl(hub: Hub, repository: string, revision: string): URL {
  resolveUrl(hub, { repository, revision, file: "config.json" }); // refuses names that would lead elsewhere
  return new URL(`${hub.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`);
}

async function fetchText(hub: Hub, url: URL, what: string, reading: Reading): Promise<string> {
  const { onBytes, ...options } = requestOptions(reading);
  const token = hub.token === undefined ? {} : { token: { origin: new URL(hub.endpoint).origin, value: hub.token } };
  const { status, headers, body, url: last } = await openHttp({ url, ...options, ...token });
  if (status !== 200) {
    body.destroy();
    throw refusal(status, headers, last.host, what);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const chunks: AsyncIterable<Uint8Array> = body;
    for await (const chunk of chunks) {
      parts.push(chunk);
      length += chunk.byteLength;
      if (length > MOST_BYTES) break;
    }
  } catch (error) {
    throw unreachable(last, error, reading.signal);
  }
  onBytes?.(length);
  if (length > MOST_BYTES)
    throw new LoadoutError("remote-failed", { host: last.host, what, got: `a list of more than ${MOST_BYTES} bytes` });
  return Buffer.concat(parts).toString("utf8");
}

interface Sibling {
  readonly rfilename?: unknown;
  readonly size?: unknown;
  readonly blobId?: unknown;
  readonly lfs?: { readonly sha256?: unknown; readonly size?: unknown } | null;
}

/** The answer's parts that are understood; files without a size or a sum are left out. */
function listingOf(repository: string, text: string): Listing | undefined {
  let answer: { readonly sha?: unknown; readonly siblings?: unknown } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer?.sha !== "string" || !/^[\w.-]+$/.test(answer.sha) || !Array.isArray(answer.siblings))
    return undefined;
  const siblings: readonly (Sibling | null)[] = answer.siblings;
  const files = siblings.flatMap((sibling): ListedFile[] => {
    const bytes = sibling?.lfs?.size ?? sibling?.size;
    const etag = sibling?.lfs?.sha256 ?? sibling?.blobId;
    const path = sibling?.rfilename;
    const good =
      typeof path === "string" && typeof etag === "string" && Number.isSafeInteger(bytes) && Number(bytes) >= 0;
    return good ? [{ path, bytes: Number(bytes), etag }] : [];
  });
  return { repository, commit: answer.sha, files };
}

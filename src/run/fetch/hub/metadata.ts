import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { header, numberHeader, openHttp, refusal, type HttpLimits, type HttpRequest } from "../../source/index.ts";
import { resolveUrl, type Hub, type HubAddress } from "./address.ts";

/** What the hub says of a file before it is downloaded. */
export interface HubMetadata {
  /** the commit a branch or tag points at now; the revision itself on a server that does not say */
  readonly commit: string;
  /** names the blob: sha256 of files under large file storage, else a git object id */
  readonly etag: string;
  readonly bytes: number;
}

/**
 * Asks for the headers of a file. The first answer that carries the linked headers is enough: the content network behind the
 * redirect is not touched. Headers are those of the Hugging Face hub (X-Linked-ETag, X-Linked-Size, X-Repo-Commit).
 */
export async function readMetadata(
  hub: Hub,
  address: HubAddress,
  limits: Partial<HttpLimits>,
  signal?: AbortSignal,
): Promise<HubMetadata> {
  const request: HttpRequest = {
    ...hubRequest(hub, address, limits, signal),
    enough: (headers) => etagOf([headers]) !== undefined,
  };
  let answer = await openHttp({ ...request, method: "HEAD" });
  answer.body.destroy();
  if (answer.status === 405 || answer.status === 501) {
    answer = await openHttp(request); // a server without HEAD: its headers come before the body
    answer.body.destroy();
  }
  const { status, hops, headers, url } = answer;
  const what = `${address.repository}/${address.file}`;
  if (status >= 400) throw refusal(status, headers, url.host, what);
  const etag = etagOf(hops) ?? plainEtag(header(headers, "etag"));
  const bytes = firstOf(hops, "x-linked-size") ?? numberHeader(headers, "content-length");
  if (etag === undefined || bytes === undefined)
    throw new LoadoutError("ranges-refused", { what, host: url.host, got: "neither size nor sum of the file" });
  const commit = hops.map((hop) => header(hop, "x-repo-commit")).find((value) => value !== undefined);
  return { commit: commit !== undefined && /^[\w.-]+$/.test(commit) ? commit : address.revision, etag, bytes };
}

/** The request that all questions about a file share. */
export function hubRequest(
  hub: Hub,
  address: HubAddress,
  limits: Partial<HttpLimits>,
  signal?: AbortSignal,
): HttpRequest {
  const { token } = hub;
  return {
    url: resolveUrl(hub, address),
    limits,
    ...(signal ? { signal } : {}),
    ...(token === undefined ? {} : { token: { origin: new URL(hub.endpoint).origin, value: token } }),
  };
}

/** The linked sum of the first answer that has one. */
export function etagOf(hops: readonly IncomingHttpHeaders[]): string | undefined {
  return hops.map((hop) => plainEtag(header(hop, "x-linked-etag"))).find((value) => value !== undefined);
}

/** An ETag without quotes and weakness mark, if it can name a file. */
export function plainEtag(value: string | undefined): string | undefined {
  return /^(?:W\/)?"?([\w-]{8,128})"?$/.exec(value ?? "")?.[1];
}

function firstOf(hops: readonly IncomingHttpHeaders[], name: string): number | undefined {
  return hops.map((hop) => numberHeader(hop, name)).find((value) => value !== undefined);
}

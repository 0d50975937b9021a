import { type Hub, resolveUrl } from "../hub/index.ts";
import type { ListedFile, Listing } from "./listing.ts";
import type { RemoteFile } from "./remote-source.ts";

/** Files of a listing with their addresses, at the listing's commit: what is read cannot change meanwhile. */
export function hubFiles(hub: Hub, { repository, commit }: Listing, files: readonly ListedFile[]): RemoteFile[] {
  const token = hub.token === undefined ? {} : { token: { origin: new URL(hub.endpoint).origin, value: hub.token } };
  return files.map(({ path, bytes, etag }) => ({
    name: `${repository}/${path}`,
    request: { url: resolveUrl(hub, { repository, revision: commit, file: path }), ...token },
    size: bytes,
    etag,
  }));
}

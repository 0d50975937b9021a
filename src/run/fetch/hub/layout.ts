import { readFile, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { codeOf, makeFolder } from "../../home/index.ts";
import type { Hub, HubAddress } from "./address.ts";
import { lookAt } from "../local/index.ts";

/** Where the pieces of one repository lie in the hub's cache layout. */
export interface Layout {
  readonly root: string;
  readonly locks: string;
  readonly blob: (etag: string) => string;
  /** the name under which a file is used */
  readonly snapshot: (commit: string, file: string) => string;
  readonly ref: (revision: string) => string;
}

export function layoutOf(hub: Hub, repository: string): Layout {
  const folder = `models--${repository.replace("/", "--")}`;
  const root = join(hub.cacheDir, folder);
  return {
    root,
    locks: join(hub.cacheDir, ".locks", folder),
    blob: (etag) => join(root, "blobs", etag),
    snapshot: (commit, file) => join(root, "snapshots", commit, ...file.split("/")),
    ref: (revision) => join(root, "refs", ...revision.split("/")),
  };
}

const COMMIT = /^[0-9a-f]{40}$/;

/** A file of this revision that is in the cache: for a branch the commit it pointed at when it was last asked for. */
export async function cachedFile(layout: Layout, { revision, file }: HubAddress): Promise<string | undefined> {
  const stored = await readFile(layout.ref(revision), "utf8").catch(() => revision);
  const path = layout.snapshot(stored.trim(), file);
  return (await lookAt(path))?.isFile ? path : undefined;
}

/** Whether a revision can never point at anything else. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** Gives a finished blob its name: the link in the snapshot, and the branch's commit, as other tools expect them. */
export async function publish(layout: Layout, address: HubAddress, commit: string, etag: string): Promise<string> {
  const path = layout.snapshot(commit, address.file);
  const blob = layout.blob(etag);
  await makeFolder(dirname(path));
  await link(blob, path);
  if (address.revision !== commit) {
    const ref = layout.ref(address.revision);
    await makeFolder(dirname(ref));
    await writeFile(ref, commit);
  }
  return path;
}

async function link(blob: string, path: string): Promise<void> {
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" && (await lookAt(path)) !== undefined) return;
    // Windows without developer mode has no links for users: the file itself then stands in the snapshot
    if (code === "EPERM" || code === "EACCES" || code === "ENOSYS") return rename(blob, path);
    throw error;
  }
}

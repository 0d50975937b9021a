import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { FoundFile, Origin } from "./weights.ts";
import { entriesOf, lookAt, walk } from "./walk.ts";

const REPOSITORY = "models--";

/**
 * GGUF files in the cache layout of the Hugging Face hub:
 * `models--owner--name/snapshots/COMMIT/file` linked to `../../blobs/SUM`, and `refs/BRANCH` holding a commit.
 */
export async function readHubCache(folder: string, origin: Origin = "huggingface"): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.isDirectory() || !entry.name.startsWith(REPOSITORY)) continue;
    const repository = join(folder, entry.name);
    const owner = entry.name.slice(REPOSITORY.length).replace("--", "/");
    const finished = await readSnapshots(repository, owner, origin);
    found.push(...finished, ...(await readUnfinished(repository, owner, origin)));
  }
  return found;
}

/** Files of all snapshots, those of `refs/main` first: the same bytes are listed once, under the newest name. */
async function readSnapshots(repository: string, owner: string, origin: Origin): Promise<FoundFile[]> {
  const main = await readFile(join(repository, "refs", "main"), "utf8").catch(() => "");
  const commits = (await entriesOf(join(repository, "snapshots"))).map((entry) => entry.name);
  commits.sort((a, b) => Number(b === main.trim()) - Number(a === main.trim()));
  const found: FoundFile[] = [];
  for (const commit of commits) {
    const snapshot = join(repository, "snapshots", commit);
    for (const { path } of (await walk(snapshot, (file) => /\.gguf$/i.test(file))).files) {
      const file = relative(snapshot, path).split(sep).join("/");
      const info = await lookAt(path);
      if (info === undefined)
        found.push({ owner, file, path, realPath: path, bytes: 0, origin, incomplete: "its blob is missing" });
      else if (info.isFile) found.push({ owner, file, path, ...info, origin });
    }
  }
  return found;
}

async function readUnfinished(repository: string, owner: string, origin: Origin): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await entriesOf(join(repository, "blobs"))) {
    if (!entry.name.endsWith(".incomplete")) continue;
    const path = join(repository, "blobs", entry.name);
    const info = await lookAt(path);
    // a few kB are the rest of a config or tokenizer file, not of weights
    if (info === undefined || info.bytes < 2 ** 20) continue;
    found.push({ owner, file: entry.name, path, ...info, origin, incomplete: "the download is not finished" });
  }
  return found;
}

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { HomeContext } from "../../home/index.ts";
import { groupFiles } from "./group.ts";
import { readHubCache } from "./hub-cache.ts";
import { readOllama } from "./ollama.ts";
import { placesOf, type Place } from "./places.ts";
import { readTree } from "./tree.ts";
import { isGguf, type WalkBounds } from "./walk.ts";
import type { FoundFile, LocalWeights } from "./weights.ts";

export interface FindOptions {
  readonly home: HomeContext;
  /** `--models DIR` and the config's folders, looked into first */
  readonly modelsDirs?: readonly string[];
  readonly bounds?: WalkBounds;
}

export interface Findings {
  /** in the order of the places, the person's own folders first */
  readonly weights: readonly LocalWeights[];
  /** folders that were too large to search to the end */
  readonly cutFolders: readonly string[];
}

/** GGUF files already on this machine. Reads folder listings and four bytes a file; changes nothing. */
export async function findWeights({ home, modelsDirs, bounds }: FindOptions): Promise<Findings> {
  const found: FoundFile[] = [];
  const cutFolders: string[] = [];
  for (const place of placesOf(home, modelsDirs, await lmStudioHome(home))) {
    const { files, cut } = await readPlace(place, bounds);
    found.push(...files);
    if (cut) cutFolders.push(place.folder);
  }
  const weights = await Promise.all(groupFiles(found).map(checkMagic));
  return { weights, cutFolders };
}

/** LM Studio writes where its folder is into a file of the home folder (lmstudio.js, `findLMStudioHome`). */
async function lmStudioHome({ homeDir }: HomeContext): Promise<string | undefined> {
  const path = (await readFile(join(homeDir, ".lmstudio-home-pointer"), "utf8").catch(() => "")).trim();
  return isAbsolute(path) ? path : undefined;
}

async function readPlace(place: Place, bounds?: WalkBounds): Promise<{ files: FoundFile[]; cut: boolean }> {
  if (place.layout === "tree") return readTree(place.folder, place.origin, bounds);
  const files = place.layout === "hub" ? readHubCache(place.folder, place.origin) : readOllama(place.folder);
  return { files: await files, cut: false };
}

async function checkMagic(row: LocalWeights): Promise<LocalWeights> {
  if (row.incomplete !== undefined || (await isGguf(row.path))) return row;
  return { ...row, incomplete: "it is not a GGUF file" };
}

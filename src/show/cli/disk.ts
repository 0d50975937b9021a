import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskFacts } from "../../plan/answer/index.ts";
import { codeOf, type Folders } from "../../run/home/index.ts";
import type { Weights } from "../../plan/ask/model/index.ts";

/** Room on the disk that a model lies on, or would be downloaded to; absent where the system does not say. */
export async function diskFor({ weights }: Folders, { path, facts }: Weights): Promise<DiskFacts | undefined> {
  const folder = path === undefined ? nearestFolder(weights) : dirname(path);
  const free = await freeIn(folder);
  return free && { ...free, ...(path === undefined ? { downloadBytes: facts.fileBytes } : {}) };
}

/** Room where models would be downloaded to; absent where the system does not say. */
export async function freeDisk({ weights }: Folders): Promise<Pick<DiskFacts, "folder" | "freeBytes"> | undefined> {
  return freeIn(nearestFolder(weights));
}

async function freeIn(folder: string): Promise<Pick<DiskFacts, "folder" | "freeBytes"> | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize };
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The folder itself, or the nearest above it that is there. */
function nearestFolder(folder: string): string {
  let above = folder;
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  return above;
}

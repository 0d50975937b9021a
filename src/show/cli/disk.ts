import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskFacts } from "../../plan/answer/index.ts";
import { codeOf, type Folders } from "../../run/home/index.ts";
import type { Weights } from "./model/weights.ts";

/** Room on the disk that a model lies on, or would be downloaded to; absent where the system does not say. */
export async function diskFor({ weights }: Folders, { path, facts }: Weights): Promise<DiskFacts | undefined> {
  const folder = path === undefined ? nearestFolder(weights) : dirname(path);
  try {
    const { bavail, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize, ...(path === undefined ? { downloadBytes: facts.fileBytes } : {}) };
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

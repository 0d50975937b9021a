import { dirname, relative, sep } from "node:path";
import type { FoundFile, Origin } from "./weights.ts";
import { lookAt, walk, type WalkBounds } from "./walk.ts";

/** Endings that programs give to downloads they have not finished. */
const UNFINISHED = /\.gguf\.(?:incomplete|downloadInProgress|part|tmp|download)$|\.gguf\..*\.incomplete$/i;

/** GGUF files in a plain tree of folders: `--models DIR`, LM Studio, llama.cpp's older cache, Loadout's own store. */
export async function readTree(
  folder: string,
  origin: Origin,
  bounds?: WalkBounds,
): Promise<{ files: FoundFile[]; cut: boolean }> {
  const { files, cut } = await walk(folder, (file) => /\.gguf$/i.test(file) || UNFINISHED.test(file), bounds);
  const found: FoundFile[] = [];
  for (const { path, file } of files) {
    const info = await lookAt(path);
    const owner = relative(folder, dirname(path)).split(sep).join("/");
    const base = { file, path, origin, ...(owner && origin === "lm-studio" ? { owner } : {}) };
    if (info === undefined) found.push({ ...base, realPath: path, bytes: 0, incomplete: "a link to a missing file" });
    else if (!info.isFile) continue;
    else if (UNFINISHED.test(file)) found.push({ ...base, ...info, incomplete: "the download is not finished" });
    else found.push({ ...base, ...info });
  }
  return { files: found, cut };
}

import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/** Folder of this package: the nearest one above this code that has a package.json. */
const ROOT = rootAbove(import.meta.dirname);
/** Code runs from src as TypeScript, or from dist as JavaScript. */
const EXTENSION = extname(import.meta.filename);

/** Another file of this package's code, for a process or a thread of its own: "run/engine/embedded/worker". */
export function codeFile(name: string): string {
  return join(ROOT, EXTENSION === ".ts" ? "src" : "dist", `${name}${EXTENSION}`);
}

/** A file that the package carries beside its code: "data/small-models.json". */
export function packageFile(path: string): string {
  return join(ROOT, path);
}

function rootAbove(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, "package.json")) || dirname(above) === above) return above;
  }
}

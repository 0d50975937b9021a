import { realpath, rm, rmdir } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LocalWeights, Origin } from "./weights.ts";

/** How a refusal calls the program that a file belongs to. */
const OWNERS: Readonly<Record<Origin, string>> = {
  loadout: "Loadout",
  folder: "you",
  huggingface: "the Hugging Face cache",
  "llama.cpp": "llama.cpp",
  "lm-studio": "LM Studio",
  ollama: "Ollama",
};

/**
 * Removes weights that Loadout fetched into its own store, and the folder when it is empty then. Everything else is the
 * user's or another program's and is refused. Returns the bytes freed.
 */
export async function removeWeights(row: LocalWeights, store: string): Promise<number> {
  if (row.origin !== "loadout" || !(await isInside(row.files, store)))
    throw new LoadoutError("not-own-file", { path: row.path, owner: OWNERS[row.origin] });
  for (const file of row.files) await rm(file);
  await rmdir(dirname(row.path)).catch(() => undefined); // other files may lie there
  return row.bytes;
}

/** After links: a link inside the store may lead to a file of the user. */
async function isInside(files: readonly string[], store: string): Promise<boolean> {
  const root = await realpath(store);
  for (const file of files) {
    const step = relative(root, await realpath(file));
    if (step === "" || step === ".." || step.startsWith(`..${sep}`) || /^[a-z]:|^[\\/]/i.test(step)) return false;
  }
  return true;
}

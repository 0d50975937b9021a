import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureSmallModel, readSmallModels } from "../src/run/fetch/index.ts";

/** Where checks keep what they fetch, outside the checkout: LOADOUT_TEST_CACHE, or a folder among the temporary files. */
const CACHE = process.env["LOADOUT_TEST_CACHE"] ?? join(tmpdir(), "loadout-tests");

/** The folders of the small models by file name, fetched where they are not here yet (331 MB for both). */
export async function smallModelFolders(): Promise<ReadonlyMap<string, string>> {
  const home = { platform: process.platform, homeDir: CACHE, env: { LOADOUT_HOME: CACHE, PATH: process.env["PATH"] } };
  const folders = new Map<string, string>();
  for (const model of await readSmallModels()) {
    const consent = { yes: true, tell: () => console.error(`fetching ${model.name} into ${CACHE}`), freeBytes: 0 };
    folders.set(model.file, dirname(await ensureSmallModel(model, { home, consent })));
  }
  return folders;
}

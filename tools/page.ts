// Builds the page with the guide and its pictures beside it into dist/page, or into another folder: what `loadout web` serves,
// and the site (`npm run site`). Usage: node tools/page.ts [FOLDER]. The new folder takes the place of the old one at once, so
// that whoever reads it meanwhile finds one or the other.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build } from "vite";
import { guidePages } from "./guide/html.ts";

const ROOT = join(import.meta.dirname, "..");
export const PAGE_FOLDER = join(ROOT, "dist/page");

export async function buildPage(folder: string = PAGE_FOLDER): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  const old = `${folder}.${process.pid}.old`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await build({
      configFile: join(ROOT, "web/vite.config.ts"),
      logLevel: "error",
      build: { outDir: fresh, emptyOutDir: true },
    });
    // what the page may want later; it fetches this list when it is calm
    await writeFile(join(fresh, "assets/all.json"), JSON.stringify(await readdir(join(fresh, "assets"))));
    await cp(join(ROOT, "site/public"), fresh, { recursive: true });
    for (const { path, html } of guidePages()) {
      const file = join(fresh, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, html);
    }
    await takePlace(fresh, folder, old);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** Two may build at the same moment: whoever comes second takes the place of what the first left. */
async function takePlace(fresh: string, folder: string, old: string): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      await rm(old, { recursive: true, force: true });
      if (existsSync(folder)) await rename(folder, old);
      return await rename(fresh, folder);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

if (import.meta.main) {
  const [typed] = process.argv.slice(2);
  await buildPage(typed === undefined ? PAGE_FOLDER : resolve(typed));
}
